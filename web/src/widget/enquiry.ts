/**
 * What a visitor leaves instead of a chat: the enquiry being sent, and what the server said to it. Pure, a part of the
 * session; owns no form and no drawing.
 */
import type { InsteadOfChat, RefusalCode, VisitorNotice } from "../api/wire";
import { answered, promise, unavailable } from "./promises";
import type { Answers, Session, Step } from "./session";
import { pick } from "./tags";

export interface Enquiry {
  /** Made by this browser; sent again under the same id it is stored once. */
  id: string;
  state: "sending" | "taken" | "refused";
  /** Why the server did not take it as a whole; its fields may be right. */
  code?: RefusalCode;
  /** What is wrong with a field, by key. */
  errors: Record<string, string>;
}

type Notice<T extends VisitorNotice["type"]> = Extract<VisitorNotice, { type: T }>;

/** What there is instead of a chat: nobody could be had, or the wait has ended without one. */
export function insteadOf(s: Session): InsteadOfChat | null {
  if (s.alternative) return s.alternative;
  return s.chat && s.chat.state === "ended" ? (s.chat.instead ?? null) : null;
}

/**
 * Nobody can be had. What nobody has asked for is the same again, with a form that has changed: what is under way stays, and
 * what the visitor has put away stays away.
 */
export function meetAlternative(before: Session, n: Notice<"alternative">): Session {
  const s = answered(before, "accept", "open_chat");
  const { alternative, asking, pending } = s;
  const wished = pending.length < before.pending.length || pending.some((p) => p.frame.type === "send_form");
  const enquired = pending.some((p) => p.frame.type === "send_enquiry" && p.frame.queue === n.queue);
  if (!alternative && !wished && enquired) return s;
  if (alternative && !asking && alternative.queue === n.queue) return { ...s, alternative: { ...n, tab: 0 } };
  const met = { ...n, tab: asking };
  return { ...s, available: false, alternative: met, enquiry: null, asking: 0, window: "open" };
}

/** The chat has just come to nothing: what was known of the free agents is old. */
export function missed(before: Session, s: Session): Session {
  const news = s.chat && s.chat.instead && !(before.chat && before.chat.instead);
  return news ? { ...s, available: false } : s;
}

/** The text instead of a chat: in the visitor's language where there is one, else what stands for all. */
export function messageOf(
  { text, texts }: { text: string; texts?: Record<string, string> },
  language: string,
): string {
  return pick({ ...texts, "": text }, language, "") || text;
}

/** The one enquiry under way at a time; a second click while it is sent does nothing. */
export function sendEnquiry(s: Session, id: string, answers: Answers, now: number): Step {
  const instead = insteadOf(s);
  if (!instead || instead.alternative.do !== "enquiry") return [s, []];
  if (s.enquiry && s.enquiry.state !== "refused") return [s, []];
  const chat = !s.alternative && s.chat ? { chat: s.chat.id } : {};
  const frame = { type: "send_enquiry" as const, id, queue: instead.queue, ...chat, answers };
  return promise({ ...s, enquiry: { id, state: "sending", errors: {} } }, frame, now);
}

export function answerEnquiry(s: Session, n: Notice<"enquiry_taken" | "enquiry_refused">): Session {
  const next = { ...s, pending: withoutEnquiry(s, n.id) };
  if (!s.enquiry || s.enquiry.id !== n.id) return next;
  const errors = n.type === "enquiry_refused" ? n.field_errors : {};
  return { ...next, enquiry: { id: n.id, state: n.type === "enquiry_taken" ? "taken" : "refused", errors } };
}

/** None when the refusal is not about the enquiry. One that could only not be stored now is still being sent. */
export function refuseEnquiry(s: Session, id: string, code: RefusalCode, now: number): Session | null {
  const pending = withoutEnquiry(s, id);
  if (pending.length === s.pending.length) return null;
  if (code === "unavailable") return unavailable(s, now);
  const enquiry: Session["enquiry"] = { id, state: "refused", code, errors: {} };
  return { ...s, pending, enquiry: s.enquiry && s.enquiry.id === id ? enquiry : s.enquiry };
}

function withoutEnquiry(s: Session, id: string): Session["pending"] {
  return s.pending.filter((p) => p.frame.type !== "send_enquiry" || p.frame.id !== id);
}
