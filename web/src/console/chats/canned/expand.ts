/** Owns filling in canned replies: which variables there are, their values for a chat, and the gaps that stay. Pure. */
import type { CannedReply, Customer, SessionUser } from "../../../api/rest";
import type { Chat } from "../../../api/wire";

/** The variables with fixed names; `answers.` and the key of a form field name the visitor's answers. */
export const VARIABLES = [
  "visitor.first_name",
  "visitor.name",
  "visitor.email",
  "agent.name",
  "agent.first_name",
  "site.name",
  "queue.name",
] as const;

export interface Gap {
  name: string;
  start: number;
  end: number;
}

interface Known {
  chat: Chat;
  agent: Pick<SessionUser, "name">;
  site: string | null;
  /** The record of the visitor, unless the page only claims it. */
  customer: Pick<Customer, "first_name" | "last_name" | "email"> | null;
}

const VARIABLE = /\{\{\s*([^{}]{1,60}?)\s*\}\}/g;

/** Without an answer the visitor's name is one that Beckon made up, which nobody wants to be called. */
export function valuesOf({ chat, agent, site, customer }: Known): Map<string, string> {
  const values = new Map<string, string>();
  const set = (name: string, value: string | null | undefined) => {
    if (value?.trim()) values.set(name, value.trim());
  };
  const answer = (pattern: RegExp) => chat.answers.find(({ key }) => pattern.test(key))?.value;
  for (const { key, value } of chat.answers) set(`answers.${key}`, value);
  const first = answer(/^(first_?name|given_?name)$/i);
  const whole = answer(/^((full|your)_?)?name$/i);
  const recorded = [customer?.first_name, customer?.last_name].filter(Boolean).join(" ");
  set("visitor.first_name", first ?? whole?.trim().split(/\s+/)[0] ?? customer?.first_name);
  set("visitor.name", whole ?? first ?? recorded);
  set("visitor.email", answer(/e_?-?mail/i) || customer?.email);
  set("agent.name", agent.name);
  set("agent.first_name", agent.name.split(/\s+/)[0]);
  set("site.name", site);
  set("queue.name", chat.queue.name);
  return values;
}

/** The text with what is known filled in; what is not stays as it is, a gap to fill. */
export function fillIn(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(VARIABLE, (whole, name: string) => values.get(name) ?? whole);
}

export function gapsIn(text: string): Gap[] {
  return [...text.matchAll(VARIABLE)].map((found) => ({
    name: found[1] ?? "",
    start: found.index,
    end: found.index + found[0].length,
  }));
}

/** The text in the visitor's language, in a relative of it, in English, or in whatever there is. */
export function textFor(reply: Pick<CannedReply, "texts">, language: string | null): string {
  const { texts } = reply;
  const base = (tag: string) => tag.toLowerCase().split("-")[0];
  const tags = Object.keys(texts);
  const wanted = language ?? "en";
  const tag =
    tags.find((known) => known.toLowerCase() === wanted.toLowerCase()) ??
    tags.find((known) => base(known) === base(wanted)) ??
    tags.find((known) => base(known) === "en") ??
    tags[0];
  return tag === undefined ? "" : (texts[tag] ?? "");
}
