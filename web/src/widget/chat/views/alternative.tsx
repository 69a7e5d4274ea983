/** What there is instead of a chat: a message, a way to another page, or a form to leave an enquiry. */
import { insteadOf, messageOf } from "../../enquiry";
import { formOf, isWebAddress } from "../state";
import { fill, type Texts } from "../texts";
import { useUi } from "./context";
import { Form } from "./form";
import { Panel } from "./parts";

/** A day further away than this is named with its date. */
const week_ms = 6 * 86_400_000;

export function Alternative() {
  const { state, t, language } = useUi();
  const instead = insteadOf(state.session);
  if (!instead) return null;
  const { alternative, reason, opens_at } = instead;
  const opens = opens_at ? fill(t.opens_at, { time: openingTime(opens_at, Date.now(), language) }) : "";
  if (alternative.do === "enquiry") return <Enquiry reason={t[reason]} opens={opens} />;
  const own = alternative.do === "message" ? messageOf(alternative, language) : "";
  return (
    <Panel title={t.nobody_title} text={own || t[reason]}>
      {opens && <p>{opens}</p>}
      {alternative.do === "url" && isWebAddress(alternative.url) && (
        <a class="primary" href={alternative.url}>
          {t.go_to_page}
        </a>
      )}
    </Panel>
  );
}

function Enquiry({ reason, opens }: { reason: string; opens: string }) {
  const { state, t } = useUi();
  const { enquiry } = state.session;
  const form = formOf(state.session);
  if (!form) return <Panel title={t.enquiry_taken_title} text={t.enquiry_taken_text} />;
  const intro = [reason, opens, t.enquiry_intro].filter(Boolean).join(" ");
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
    return new Intl.DateTimeFormat(language, options).format(at);
  } catch {
    return new Intl.DateTimeFormat("en", options).format(at);
  }
}
