/** What stands below an ended conversation: who ended it, the survey, the transcript by e-mail, a new chat. */
import type { SurveyKind, VisitorChat } from "../../../api/wire";
import { insteadOf } from "../../enquiry";
import { comment_chars_max, invitation } from "../state";
import { fill } from "../texts";
import { BelowConversation } from "./alternative";
import { useUi } from "./context";
import { Icon } from "./parts";

export function Farewell({ chat }: { chat: VisitorChat }) {
  const { dispatch, state, t } = useUi();
  const closed = (why: string) => state.session.messages.some((m) => m.from === "system" && m.text === why);
  const name = chat.agent ? chat.agent.name : t.agent;
  const instead = insteadOf(state.session);
  const asked = (chat.survey && !chat.rated) || invitation(state);
  const text =
    chat.ended_by === "visitor"
      ? t.ended_visitor
      : chat.ended_by === "agent"
        ? fill(t.ended_agent, { name })
        : closed("idle_closed")
          ? t.idle_closed
          : closed("visitor_left")
            ? t.away_closed
            : t.ended_system;
  return (
    <div class="over">
      {instead ? <BelowConversation /> : <p role="status">{text}</p>}
      {chat.survey && !chat.rated && <Survey kind={chat.survey} />}
      {chat.survey && chat.rated && <p role="status">{t.survey_thanks}</p>}
      {chat.transcript === "offered" && <Transcript />}
      {chat.transcript === "promised" && <p role="status">{t.transcript_promised}</p>}
      {!instead && (
        <button
          type="button"
          class={asked ? "quiet wide" : "primary wide"}
          onClick={() => dispatch({ type: "restarted", tab: state.tab, now: Date.now() })}
        >
          {t.new_chat}
        </button>
      )}
    </div>
  );
}

function Survey({ kind }: { kind: SurveyKind }) {
  const { act, state, t } = useUi();
  const values = kind === "rating" ? [1, 2, 3, 4, 5] : [1, 0];
  const label = (value: number) =>
    kind === "rating" ? fill(t.survey_value, { n: value }) : value ? t.survey_up : t.survey_down;
  return (
    <form
      class="survey"
      onSubmit={(event) => {
        event.preventDefault();
        act({ type: "rating_sent", now: Date.now() });
      }}
    >
      <fieldset>
        <legend>{kind === "rating" ? t.survey_rating : t.survey_thumbs}</legend>
        <div class="scale">
          {values.map((value) => (
            <label key={value} class={state.rating === value ? "chosen" : ""}>
              <input
                type="radio"
                name="rating"
                class="sr"
                aria-label={label(value)}
                checked={state.rating === value}
                onChange={() => act({ type: "rating_chosen", rating: value })}
              />
              {kind === "rating" ? value : <Icon name={value ? "up" : "down"} />}
              {kind === "thumbs" && <span>{label(value)}</span>}
            </label>
          ))}
        </div>
        {kind === "rating" && (
          <div class="ends" aria-hidden="true">
            <span>{t.survey_bad}</span>
            <span>{t.survey_good}</span>
          </div>
        )}
      </fieldset>
      {state.rating !== null && (
        <>
          <textarea
            dir="auto"
            rows={2}
            maxLength={comment_chars_max}
            aria-label={t.survey_comment}
            placeholder={t.survey_comment}
            value={state.comment}
            onInput={(event) => act({ type: "commented", text: event.currentTarget.value })}
          />
          <button type="submit" class="primary wide">
            {t.survey_send}
          </button>
        </>
      )}
    </form>
  );
}

function Transcript() {
  const { act, t } = useUi();
  return (
    <form
      class="mail"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        act({ type: "transcript_asked", now: Date.now() });
      }}
    >
      <EmailField label={t.transcript_title} />
      <button type="submit" class="quiet">
        {t.transcript_send}
      </button>
    </form>
  );
}

export function EmailField({ label }: { label: string }) {
  const { act, state, t } = useUi();
  return (
    <div class="grow-field">
      <label for="transcript-email">{label}</label>
      <input
        id="transcript-email"
        class="email"
        type="email"
        dir={state.email ? "ltr" : undefined}
        autoComplete="email"
        placeholder={t.email}
        aria-invalid={state.email_wrong}
        aria-describedby={state.email_wrong ? "transcript-error" : undefined}
        value={state.email}
        onInput={(event) => act({ type: "email_typed", text: event.currentTarget.value })}
      />
      {state.email_wrong && (
        <p class="error" id="transcript-error" role="alert">
          {t.error_email}
        </p>
      )}
    </div>
  );
}
