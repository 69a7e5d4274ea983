/** Owns conditions and decisions in words. Pure. */
import type { TFunction } from "i18next";
import type { Cap, Condition, ConditionExplanation, MatchOn, MatchType, Reason } from "../../api/rest";
import { span } from "../ui/format";
import { shownAt } from "../ui/zoned";

/** Beyond the year 9999 in either direction nothing is a moment. */
const MOMENT_MS_MAX = 253_402_300_800_000;

/** A typed value as it stands in a condition on an attribute. */
export type AttributeValue =
  | { type: "text"; value: string }
  | { type: "number"; value: number }
  | { type: "boolean"; value: boolean }
  | { type: "time"; value: number };

type Test = Extract<Condition, { type: "attribute" }>["test"];
type Match = { match_on?: MatchOn; match_type?: MatchType; match_value: string };

/** `all of (the device is phone, not (the language is de))`; times as the clocks of `zone` show them. */
export function conditionSentence(condition: Condition, t: TFunction, zone: string): string {
  switch (condition.type) {
    case "all":
    case "any":
      return groupSentence(condition.type, condition.of, t, zone);
    case "not":
      return t("conditions.sentence.not", { list: conditionSentence(condition.of, t, zone) });
    case "time_on_form":
    case "form_idle":
    case "time_on_site":
    case "inactivity":
      return t(`conditions.sentence.${condition.type}`, { time: seconds(condition.at_least_s) });
    case "pages_viewed":
    case "previous_chats":
      return t(`conditions.sentence.${condition.type}`, { count: condition.at_least });
    case "visit_number":
      return t("conditions.sentence.visit_number", { n: condition.at_least });
    case "returning_visitor":
    case "exit_intent":
      return t(`conditions.sentence.${condition.type}`);
    case "referrer":
      return t("conditions.sentence.referrer", { value: condition.contains });
    case "utm":
      return t("conditions.sentence.utm", {
        parameter: t(`conditions.utms.${condition.parameter}`),
        value: condition.equals,
      });
    case "device": {
      const names = condition.any_of.map((device) => t(`visitors.devices.${device}`).toLowerCase());
      return t("conditions.sentence.device", { list: oneOf(names, t) });
    }
    case "language":
      return t("conditions.sentence.language", { list: oneOf(condition.any_of, t) });
    case "local_time":
      return t("conditions.sentence.local_time", {
        days: days(condition.weekdays, t),
        from: condition.from,
        to: condition.to,
      });
    case "attribute":
      return t(
        condition.trust === "signed"
          ? "conditions.sentence.attribute_signed"
          : "conditions.sentence.attribute",
        {
          name: condition.name,
          test: t(`conditions.tests.${condition.test.is}`),
          value: testValue(condition.test, t, zone),
        },
      );
    case "scroll_depth":
      return t("conditions.sentence.scroll_depth", { percent: condition.at_least_percent });
    case "custom_event":
      return t("conditions.sentence.custom_event", {
        name: condition.name,
        count: condition.at_least,
        time: seconds(condition.within_s),
      });
    case "page_sequence":
      return t("conditions.sentence.page_sequence", {
        first: matchSentence(condition.first, t),
        second: matchSentence(condition.then, t),
        time: seconds(condition.within_s),
      });
    case "identified":
      return t(
        condition.trust === "signed"
          ? "conditions.sentence.identified_signed"
          : "conditions.sentence.identified",
      );
    case "queue_wait":
      return t("conditions.sentence.queue_wait", { time: seconds(condition.at_most_s) });
  }
}

/** What a decision came to: the single reason, or that something was presented. */
export function reasonSentence(reason: Reason, t: TFunction): string {
  return t(`decisions.reason.${reason}`);
}

/** A cap with its values. */
export function capSentence(cap: Cap, t: TFunction): string {
  const { value, limit } = cap;
  switch (cap.reason) {
    case "interval_not_passed":
      return cap.reached
        ? t("decisions.hand.cap.interval", { value: seconds(value), limit: seconds(limit) })
        : t("decisions.hand.cap.interval_free", { limit: seconds(limit) });
    case "rejections_max":
      return t("decisions.hand.cap.rejected", { value, limit });
    case "ignored_max":
      return t("decisions.hand.cap.ignored", { value, limit });
    case "rejected_this_visit":
      return t("decisions.hand.cap.rejected_ends", { value });
    case "ignored_this_visit":
      return t("decisions.hand.cap.ignored_ends", { value });
    case "offer_not_again":
      return t("decisions.hand.cap.again");
    case "after_chat":
      return t("decisions.hand.cap.after_chat");
    default:
      return t("decisions.hand.cap.other", { reason: reasonSentence(cap.reason, t), value, limit });
  }
}

/** What a condition compared, in words; the server writes it for all languages and all clocks alike. */
export function comparedValue(
  { condition, value, holds }: Pick<ConditionExplanation, "condition" | "value" | "holds">,
  t: TFunction,
  zone: string,
): string {
  if (value === "") return "";
  switch (condition.type) {
    case "attribute":
      return timesIn(condition.test).length > 0 ? timesText(value, condition.test, holds, t, zone) : value;
    case "device":
      return value === "desktop" || value === "tablet" || value === "phone"
        ? t(`visitors.devices.${value}`)
        : value;
    case "identified":
      return value === "no" || value === "claimed" || value === "signed"
        ? t(`decisions.identified.${value}`)
        : value;
    case "exit_intent":
    case "page_sequence":
      // Whether it holds says it all.
      return "";
    default:
      return value;
  }
}

function groupSentence(kind: "all" | "any", of: Condition[], t: TFunction, zone: string): string {
  if (of.length === 0) return t(kind === "all" ? "conditions.sentence.always" : "conditions.sentence.never");
  const [only] = of;
  if (only && of.length === 1) return conditionSentence(only, t, zone);
  const list = of.map((inner) => conditionSentence(inner, t, zone)).join(", ");
  return t(`conditions.sentence.${kind}`, { list });
}

function matchSentence({ match_on, match_type, match_value }: Match, t: TFunction): string {
  return t("conditions.sentence.match", {
    on: t(`conditions.matches.${match_on ?? "url"}`),
    type: t(`conditions.matches.${match_type ?? "contains"}`),
    value: match_value,
  });
}

function testValue(test: { is: string; value: unknown }, t: TFunction, zone: string): string {
  if (Array.isArray(test.value)) {
    return oneOf(
      test.value.map((value) => attributeText(value as AttributeValue, t, zone)),
      t,
    );
  }
  if (typeof test.value === "string") return `“${test.value}”`;
  return attributeText(test.value as AttributeValue, t, zone);
}

function attributeText(value: AttributeValue, t: TFunction, zone: string): string {
  switch (value.type) {
    case "text":
      return `“${value.value}”`;
    case "number":
      return String(value.value);
    case "boolean":
      return t(`conditions.booleans.${value.value ? "true" : "false"}`);
    case "time":
      return t("conditions.sentence.time", { time: shownAt(value.value, zone).replace("T", " "), zone });
  }
}

function wantedBy({ value }: Test): (AttributeValue | string)[] {
  return [value].flat() as (AttributeValue | string)[];
}

function timesIn(test: Test): number[] {
  return wantedBy(test).flatMap((one) => (typeof one === "object" && one.type === "time" ? [one.value] : []));
}

/**
 * A list of moments in milliseconds, and of what is none, which stays as it is. The server writes a number as it does a
 * time, but compares only a time with a time: what alone can have made the test hold is a time, what would hold as a time and does not
 * is a number, and of the rest both is said.
 */
function timesText(value: string, test: Test, holds: boolean, t: TFunction, zone: string): string {
  const values = value.split(", ");
  const ways = values.filter((one) => holdsAsTime(test, one)).length + values.filter(isOther(test)).length;
  const text = (number: string) => {
    if (!isMoment(number)) return number;
    const as_time = holdsAsTime(test, number);
    if (!holds && as_time) return number;
    const time = attributeText({ type: "time", value: Number(number) }, t, zone);
    return holds && as_time && ways === 1 ? time : t("decisions.time_or_number", { time, number });
  };
  return values.map(text).join(", ");
}

function isMoment(text: string): boolean {
  return /^-?\d+$/.test(text) && Math.abs(Number(text)) < MOMENT_MS_MAX;
}

/** Whether it passes a test for times, if it is a moment. */
function holdsAsTime(test: Test, text: string): boolean {
  return isMoment(text) && timesIn(test).some((wanted) => compares(test.is, Number(text), wanted));
}

/** Whether it passes as what is no time, which a list may name too. */
function isOther(test: Test): (text: string) => boolean {
  const others = wantedBy(test).filter((one) => typeof one === "object" && one.type !== "time");
  return (text) => others.some((one) => typeof one === "object" && String(one.value) === text);
}

function compares(is: Test["is"], at: number, wanted: number): boolean {
  switch (is) {
    case "equal":
    case "in":
      return at === wanted;
    case "not_equal":
      return at !== wanted;
    case "less":
      return at < wanted;
    case "at_most":
      return at <= wanted;
    case "more":
      return at > wanted;
    case "at_least":
      return at >= wanted;
    case "contains":
      return false;
  }
}

function days(weekdays: number[], t: TFunction): string {
  const sorted = [...weekdays].sort((a, b) => a - b);
  const first = sorted[0];
  const last = sorted.at(-1);
  const name = (day: number) => t(`conditions.weekdays.${String(day) as "1"}`);
  if (first === undefined || last === undefined) return t("conditions.sentence.nothing");
  if (sorted.length === 7) return t("conditions.sentence.any_day");
  const run = sorted.length > 2 && last - first === sorted.length - 1;
  return run ? `${name(first)}–${name(last)}` : sorted.map(name).join(", ");
}

function oneOf(names: string[], t: TFunction): string {
  if (names.length === 0) return t("conditions.sentence.nothing");
  const last = names.at(-1) ?? "";
  return names.length === 1
    ? last
    : `${names.slice(0, -1).join(", ")} ${t("conditions.sentence.or")} ${last}`;
}

function seconds(s: number): string {
  return span(s * 1000);
}
