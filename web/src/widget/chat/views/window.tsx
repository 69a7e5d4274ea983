/** The chat window: header with its controls, and whichever screen the state is on. */
import { useEffect, useRef } from "preact/hooks";
import { windowStyling } from "../../look";
import { invitation, screen } from "../state";
import { Alternative } from "./alternative";
import { useUi } from "./context";
import { Conversation } from "./conversation";
import { EmailField } from "./farewell";
import { Form } from "./form";
import { Invitation } from "./offer";
import { Dots, Icon, Logo, Panel } from "./parts";
import { Queue } from "./queue";

export function Window() {
  const { act, dispatch, state, t } = useUi();
  const { chat, styling: launcher } = state.session;
  const styling = windowStyling(state.session);
  const title = (styling && styling.title) || t.chat;
  const offer = screen(state) === "invite" ? null : invitation(state);
  const agent = chat && chat.state === "active" && chat.agent ? chat.agent.name : "";
  return (
    <section
      class={`window ${(launcher && launcher.position) || "end"}`}
      role="dialog"
      aria-labelledby="window-title"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        event.stopPropagation();
        if (state.confirming) act({ type: "end_declined" });
        else dispatch({ type: "minimised" });
      }}
    >
      <header>
        <Logo url={styling && styling.logo_url} />
        <div class="title">
          <h1 id="window-title" dir="auto">
            {title}
          </h1>
          {agent && (
            <p>
              <i class="live" />
              <span dir="auto">{agent}</span>
            </p>
          )}
        </div>
        <button
          type="button"
          class="tool"
          aria-label={t.minimise}
          title={t.minimise}
          onClick={() => dispatch({ type: "minimised" })}
        >
          <Icon name="minimise" />
        </button>
        <CloseButton />
      </header>
      {offer && (
        <section class="invite above" aria-labelledby="offer-title" aria-describedby="offer-body">
          <Invitation design={offer.design} />
        </section>
      )}
      <Body />
      {state.confirming && <Confirm />}
    </section>
  );
}

function CloseButton() {
  const { act, state, t } = useUi();
  const label = screen(state) === "conversation" ? t.end_chat : t.close;
  return (
    <button
      type="button"
      class="tool"
      aria-label={label}
      title={label}
      onClick={() => act({ type: "end_asked", now: Date.now() })}
    >
      <Icon name="close" />
    </button>
  );
}

function Body() {
  const { dispatch, state, t } = useUi();
  const { chat } = state.session;
  const styling = windowStyling(state.session);
  const shown = screen(state);
  const invited = invitation(state);
  if (shown === "asking")
    return (
      <Panel title={t.one_moment} text={t.connecting}>
        <Dots />
      </Panel>
    );
  if (shown === "failed")
    return (
      <Panel title={t.failed_title} text={t.failed_text}>
        <button
          type="button"
          class="primary"
          onClick={() => dispatch({ type: "restarted", tab: state.tab, now: Date.now() })}
        >
          {t.try_again}
        </button>
      </Panel>
    );
  if (shown === "alternative") return <Alternative />;
  if (shown === "invite" && invited)
    return (
      <div class="panel invite">
        <Invitation design={invited.design} />
      </div>
    );
  if (!chat) return null;
  if (shown === "form")
    return (
      <Form
        fields={chat.form || []}
        intro={(styling && styling.greeting) || t.form_intro}
        problem={state.session.form_failed ? t.form_failed : ""}
      />
    );
  if (shown === "queue") return <Queue chat={chat} />;
  return <Conversation chat={chat} ended={shown === "ended"} />;
}

function Confirm() {
  const { act, state, t } = useUi();
  const { chat } = state.session;
  const waiting = screen(state) === "queue";
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <div class="veil">
      <div class="confirm" role="alertdialog" aria-labelledby="confirm-title" aria-describedby="confirm-text">
        <h2 id="confirm-title">{waiting ? t.end_queue_title : t.end_title}</h2>
        <p id="confirm-text">{waiting ? t.end_queue_text : t.end_text}</p>
        {!waiting && chat && chat.transcript === "offered" && <EmailField label={t.transcript_offer} />}
        <div class="actions">
          <button
            type="button"
            class="primary"
            ref={first}
            onClick={() => act({ type: "end_confirmed", now: Date.now() })}
          >
            {waiting ? t.leave_queue : t.end_chat}
          </button>
          <button type="button" class="quiet" onClick={() => act({ type: "end_declined" })}>
            {t.go_on}
          </button>
        </div>
      </div>
    </div>
  );
}
