/** What there is instead of a chat: a message, a way to another page, or a form to leave an enquiry. */
import type { InsteadOfChat } from "../../../api/wire";
import { insteadOf, messageOf } from "../../enquiry";
import { formOf } from "../filling";
import { invitation, isWebAddress } from "../state";
import { fill, spoken, type Texts } from "../texts";
import { useUi } from "./context";
import { Form } from "./form";
import { Panel } from "./parts";

/** A day further away than this is named with its date. */
const week_ms = 6 * 86_400_000;

export function Alternative() {
  const { state, t, language } = useUi();
  const instead = insteadOf(state.session);
  if (!instead) return null;
  const { alternative, reason } = instead;
  const opens = opensText(instead, t, language);
  const { available } = state.session;
  if (alternative.do === "enquiry")
    return (
      <>
        {available && !invitation(state) && (
          <div class="above" role="status">
            <div class="invitation">
              <h2>{t.available_title}</h2>
              <div class="actions">
                <NewChat />
              </div>
            </div>
          </div>
        )}
        <Enquiry reason={available ? "" : [t[reason], opens].join(" ")} />
      </>
    );
  if (available)
    return (
      <Panel title={t.available_title} text="">
        <NewChat />
      </Panel>
    );
  return (
    <Panel title={t.nobody_title} text={reasonText(instead, t, language)}>
      {opens && <p>{opens}</p>}
      <OtherPage alternative={alternative} />
    </Panel>
  );
}

/** The same where there is a conversation that stays above it. */
export function BelowConversation() {
  const { state, t, language } = useUi();
  const instead = insteadOf(state.session);
  if (!instead) return null;
  const { available } = state.session;
  const text = [reasonText(instead, t, language), opensText(instead, t, language)].join(" ").trim();
  const enquiry = instead.alternative.do === "enquiry";
  return (
    <>
      {available ? <p role="status">{t.available_title}</p> : !enquiry && <p role="status">{text}</p>}
      {available && !invitation(state) && <NewChat />}
      {!available && <OtherPage alternative={instead.alternative} />}
      {enquiry && <Enquiry reason={available ? "" : text} />}
    </>
  );
}

function OtherPage({ alternative }: { alternative: InsteadOfChat["alternative"] }) {
  const { t } = useUi();
  if (alternative.do !== "url" || !isWebAddress(alternative.url)) return null;
  return (
    <a class="primary" href={alternative.url}>
      {t.go_to_page}
    </a>
  );
}

function reasonText({ alternative, reason }: InsteadOfChat, t: Texts, language: string): string {
  return (alternative.do === "message" && messageOf(alternative, language)) || t[reason];
}

function opensText({ opens_at }: InsteadOfChat, t: Texts, language: string): string {
  return opens_at ? fill(t.opens_at, { time: openingTime(opens_at, Date.now(), language) }) : "";
}

/** Somebody can be had by now. */
function NewChat() {
  const { dispatch, state, t } = useUi();
  return (
    <button
      type="button"
      class="primary"
      onClick={() => dispatch({ type: "restarted", tab: state.tab, now: Date.now() })}
    >
      {t.new_chat}
    </button>
  );
}

function Enquiry({ reason }: { reason: string }) {
  const { state, t } = useUi();
  const { enquiry } = state.session;
  const form = formOf(state.session);
  if (!form) return <Panel title={t.enquiry_taken_title} text={t.enquiry_taken_text} />;
  const intro = `${reason} ${t.enquiry_intro}`.trim();
  return <Form fields={form.fields} intro={intro} problem={enquiry ? problem(enquiry, t) : ""} />;
}

function problem({ state, code }: { state: string; code?: string }, t: Texts): string {
  if (state !== "refused" || !code) return "";
  return code === "too_many" ? t.enquiry_too_many : t.enquiry_failed;
}

export function openingTime(at: number, now: number, language: string): string {
  const date: Intl.DateTimeFormatOptions = at - now > week_ms ? { day: "numeric", month: "long" } : {};
  const options: Intl.DateTimeFormatOptions = {
    weekday: "long",
    ...date,
    hour: "2-digit",
    minute: "2-digit",
  };
  try {
    return new Intl.DateTimeFormat(spoken(language), options).format(at);
  } catch {
    return new Intl.DateTimeFormat("en", options).format(at);
  }
}
