/**
 * The form in the window, before a chat or instead of one: what the visitor has typed into it, what is wrong with that, and
 * sending it. Pure, a part of the state.
 */
import type { Field } from "../../api/wire";
import { insteadOf } from "../enquiry";
import type { Answers, Session, SessionEvent } from "../session";
import type { Effect, State } from "./state";

export type FieldError = "required" | "email" | "number" | "phone" | "too_long" | "invalid";

const answer_chars_max = 4_000;

/** The form to fill in now, if there is one: before a chat, or instead of one. */
export function formOf(s: Session): { id: string; fields: Field[] } | null {
  const { chat } = s;
  if (chat && chat.state === "form") return { id: chat.id, fields: chat.form || [] };
  const instead = insteadOf(s);
  if (!instead || instead.alternative.do !== "enquiry" || (s.enquiry && s.enquiry.state === "taken"))
    return null;
  return { id: `enquiry ${chat ? chat.id : instead.queue}`, fields: instead.form || [] };
}

export function sendingForm({ session: s }: State): boolean {
  return s.pending.some((p) => p.frame.type === "send_form" || p.frame.type === "send_enquiry");
}

/** Every required field is filled in, whether rightly or not. */
export function formReady(state: State): boolean {
  return fields(state).every((f) => !f.required || isFilled(state.answers[f.key]));
}

/** What the visitor typed into a form that ended before it was sent, as far as it fits into this one; a consent is given anew. */
function carriedOver(fields: Field[], typed: Answers): Answers {
  const answers: Answers = {};
  for (const field of fields) {
    const answer = typed[field.key];
    if (answer !== undefined && isFilled(answer) && fits(field, answer)) answers[field.key] = answer;
  }
  return answers;
}

/** What was typed into a form that has changed since; what no longer fits its field goes. */
function stillTrue(fields: Field[], had: Field[], typed: Answers): Answers {
  const answers = { ...typed };
  for (const field of fields) {
    const answer = answers[field.key];
    const was = had.find((f) => f.key === field.key);
    if (answer !== undefined && was && !alike(was, field) && !fits(field, answer)) delete answers[field.key];
  }
  return answers;
}

/** An answer to an earlier form answers this field too; a consent is to the words that were there. */
function fits({ type, choices }: Field, answer: string | boolean): boolean {
  if (type === "consent") return false;
  if (type === "checkbox") return answer === true;
  return typeof answer === "string" && (type !== "select" || choices.includes(answer));
}

export function startForm(state: State, before: Session): State {
  const form = formOf(state.session);
  if (!form) return state;
  const started = form.id === state.form_of;
  const was = started ? formOf(before) : null;
  const had = was ? was.fields : [];
  const answers: Answers = started
    ? stillTrue(form.fields, had, state.answers)
    : carriedOver(form.fields, state.answers);
  // What the visitor has typed, or taken away again, is theirs.
  for (const { key, value } of form.fields)
    if (value && !isFilled(answers[key]) && !had.some((f) => f.key === key && f.value)) answers[key] = value;
  return started
    ? { ...state, answers }
    : { ...state, form_of: form.id, answers, errors: {}, form_changed: false };
}

function fields(state: State): Field[] {
  const form = formOf(state.session);
  return form ? form.fields : [];
}

export function checkField(state: State, key: string): State {
  const field = fields(state).find((f) => f.key === key);
  const error = field && isFilled(state.answers[key]) ? validate(field, state.answers[key]) : null;
  return error ? { ...state, errors: { ...state.errors, [key]: error } } : state;
}

export function submit(state: State, id: string, now: number): [State, Effect[]] {
  if (sendingForm(state)) return [state, []];
  const errors: Record<string, FieldError> = {};
  const answers: Answers = {};
  for (const field of fields(state)) {
    const answer = state.answers[field.key];
    const error = validate(field, answer);
    if (error) errors[field.key] = error;
    else if (typeof answer === "boolean") answers[field.key] = answer;
    else if (answer && answer.trim()) answers[field.key] = answer.trim();
  }
  const first = fields(state).find((f) => errors[f.key]);
  if (first) return [{ ...state, errors }, [{ do: "focus", on: "field", key: first.key }]];
  const { chat } = state.session;
  const before_chat = chat && chat.state === "form";
  const event: SessionEvent = before_chat
    ? { type: "form_sent", answers, now }
    : { type: "enquiry_sent", id, answers, now };
  return [{ ...state, errors, engaged: true }, [{ do: "dispatch", event }]];
}

export function validate(field: Field, answer: string | boolean | undefined): FieldError | null {
  if (!isFilled(answer)) return field.required ? "required" : null;
  const text = String(answer).trim();
  if (text.length > answer_chars_max) return "too_long";
  if (field.type === "email" && !isEmail(text)) return "email";
  if (field.type === "number" && !/^[+-]?\d+([.,]\d+)?$/.test(text)) return "number";
  if (field.type === "phone" && !/^\+?[\d\s()/.-]{3,}$/.test(text)) return "phone";
  return null;
}

function isFilled(answer: string | boolean | undefined): boolean {
  return answer === true || (typeof answer === "string" && answer.trim() !== "");
}

/** What the server found wrong: at the field, or, where the form shows no such field, at the form. */
export function showRefused(state: State, before: Session): State {
  const form = formOf(state.session);
  const was = formOf(before);
  const refused = refusedOf(state.session);
  const is_news = !alike(refused, refusedOf(before));
  if (!is_news && (!form || !was || alike(form.fields, was.fields))) return state;
  const shown = fields(state).map((f) => f.key);
  const form_changed = Object.keys(refused).some((key) => !shown.includes(key));
  const errors = toErrors(state, refused);
  if (is_news) return { ...state, errors, form_changed };
  for (const { key } of was ? was.fields : []) delete errors[key];
  return {
    ...state,
    errors: { ...state.errors, ...errors },
    form_changed: form_changed || state.form_changed,
  };
}

function refusedOf({ chat, enquiry, form_errors }: Session): Record<string, string> {
  if (chat && chat.state === "form") return form_errors;
  return enquiry ? enquiry.errors : {};
}

/** Another tab's session comes as a copy. */
function alike(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function toErrors(state: State, refused: Record<string, string>): Record<string, FieldError> {
  const errors: Record<string, FieldError> = {};
  for (const field of fields(state)) {
    const code = refused[field.key];
    if (code === "required" || code === "too_long") errors[field.key] = code;
    else if (code) errors[field.key] = validate(field, state.answers[field.key]) || "invalid";
  }
  return errors;
}

export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text);
}
