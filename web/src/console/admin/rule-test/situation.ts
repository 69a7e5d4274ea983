/** Owns an imagined visit as it is typed, and what is sent for it. Pure. */
import type { RuleTest, Situation } from "../../../api/rest";
import type { AttributeValue } from "../../decisions/sentence";
import { momentAt } from "../../ui/zoned";

export interface Draft {
  url: string;
  title: string;
  referrer: string;
  dwell_s: number;
  views: number;
  on_site_s: number;
  scrolled_percent: number;
  inactive_s: number | "";
  form_entered_s: number | "";
  form_idle_s: number | "";
  exit_intended: boolean;
  visit_number: number;
  previous_chats: number;
  language: string;
  device: "desktop" | "phone" | "tablet";
  identified: "no" | "claimed" | "signed";
  earlier: string;
  attributes: string;
  events: string;
  /** As the clocks of the site show it; empty for now. */
  at: string;
  wait_s: number | "";
  assume_available: boolean;
}

/** What the site adds to what is typed. */
export interface TestSite {
  time_zone: string;
  queues: readonly string[];
}

const EARLIER_DWELL_S = 10;
/** With its zone: without one it is a text. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

export const EMPTY: Draft = {
  url: "",
  title: "",
  referrer: "",
  dwell_s: 30,
  views: 1,
  on_site_s: 60,
  scrolled_percent: 0,
  inactive_s: "",
  form_entered_s: "",
  form_idle_s: "",
  exit_intended: false,
  visit_number: 1,
  previous_chats: 0,
  language: "en",
  device: "desktop",
  identified: "no",
  earlier: "",
  attributes: "",
  events: "",
  at: "",
  wait_s: "",
  assume_available: true,
};

type NamedValue = { name: string; value: AttributeValue; signed: boolean };

export function toTest(draft: Draft, { time_zone, queues }: TestSite): RuleTest {
  const { earlier, attributes, events, identified, at, wait_s, assume_available, ...plain } = draft;
  const { inactive_s, form_entered_s, form_idle_s, ...rest } = plain;
  const signed = identified === "signed";
  const situation: Situation = {
    ...rest,
    inactive_s: optional(inactive_s),
    form_entered_s: optional(form_entered_s),
    form_idle_s: optional(form_idle_s),
    identified: identified === "no" ? null : signed,
    earlier: lines(earlier).map((url) => ({ url, title: "", dwell_s: EARLIER_DWELL_S })),
    attributes: parsed(attributes, (line) => parseAttribute(line, signed)).found as never,
    events: parsed(events, parseEvent).found,
    waits: wait_s === "" ? [] : queues.map((queue) => ({ queue, wait_s })),
  };
  return { situation, assume_available, at: momentAt(at, time_zone) };
}

/** `name = value`: a number, true or false, a moment such as `2026-03-01T10:00Z`, or a text, in quotes or not. */
export function parseAttribute(line: string, signed: boolean): NamedValue | null {
  const at = line.indexOf("=");
  const name = line.slice(0, at).trim();
  if (at < 1 || name === "") return null;
  return { name, value: parseValue(line.slice(at + 1).trim()), signed };
}

/** `name` or `name @ seconds`. */
export function parseEvent(line: string): { name: string; ago_s: number } | null {
  const [name = "", ago, ...more] = line.split("@").map((part) => part.trim());
  if (name === "" || more.length > 0) return null;
  if (ago === undefined) return { name, ago_s: 0 };
  return /^\d+$/.test(ago) ? { name, ago_s: Number(ago) } : null;
}

/** What each line says, and the first that says nothing, counted from 1. */
export function parsed<T>(
  text: string,
  parse: (line: string) => T | null,
): { found: T[]; wrong: number | null } {
  const found: T[] = [];
  let wrong: number | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const one = parse(line);
    if (one !== null) found.push(one);
    else wrong ??= index + 1;
  }
  return { found, wrong };
}

function parseValue(text: string): AttributeValue {
  const quoted = /^"(.*)"$/.exec(text);
  if (quoted) return { type: "text", value: quoted[1] ?? "" };
  if (text === "true" || text === "false") return { type: "boolean", value: text === "true" };
  if (MOMENT.test(text) && !Number.isNaN(Date.parse(text))) return { type: "time", value: Date.parse(text) };
  const number = Number(text);
  return text !== "" && Number.isFinite(number)
    ? { type: "number", value: number }
    : { type: "text", value: text };
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

function optional(value: number | ""): number | null {
  return value === "" ? null : value;
}
