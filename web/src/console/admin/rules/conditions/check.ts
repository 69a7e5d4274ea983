/** Owns the check of conditions while they are typed: what the server would refuse, at the same places. Pure. */
import type { TFunction } from "i18next";
import type { Condition } from "../../../../api/rest";
import { checkRange, type Range } from "../../../ui/check";
import { inner, pathOf } from "./model";

const TIME: Range = { min: 0, max: 86_400 };
const WINDOW: Range = { min: 1, max: 86_400 };

/** What is wrong, by form path. */
export function checkConditions(condition: Condition, path: string, t: TFunction): Record<string, string> {
  const found: Record<string, string> = {};
  const note = (field: string, problem: string | null) => {
    if (problem !== null) found[`${path}.${field}`] = problem;
  };
  const filled = (value: string) => (value === "" ? t("conditions.check.required") : null);
  const chosen = (values: unknown[]) => (values.length === 0 ? t("conditions.check.choose") : null);
  switch (condition.type) {
    case "all":
    case "any":
    case "not":
      for (const [index, one] of inner(condition).entries())
        Object.assign(found, checkConditions(one, pathOf(path, condition, index), t));
      break;
    case "time_on_form":
    case "form_idle":
    case "time_on_site":
      note("at_least_s", checkRange(condition.at_least_s, TIME, t));
      break;
    case "inactivity":
      note("at_least_s", checkRange(condition.at_least_s, WINDOW, t));
      break;
    case "pages_viewed":
      note("at_least", checkRange(condition.at_least, { min: 1, max: 1_000 }, t));
      break;
    case "visit_number":
      note("at_least", checkRange(condition.at_least, { min: 1, max: 100_000 }, t));
      break;
    case "previous_chats":
      note("at_least", checkRange(condition.at_least, { min: 1, max: 10_000 }, t));
      break;
    case "queue_wait":
      note("at_most_s", checkRange(condition.at_most_s, TIME, t));
      break;
    case "scroll_depth":
      note("at_least_percent", checkRange(condition.at_least_percent, { min: 1, max: 100 }, t));
      break;
    case "referrer":
      note("contains", filled(condition.contains));
      break;
    case "utm":
      note("equals", filled(condition.equals));
      break;
    case "device":
    case "language":
      note("any_of", chosen(condition.any_of));
      break;
    case "local_time":
      note("weekdays", chosen(condition.weekdays));
      note("from", clock(condition.from, t));
      note("to", condition.to === "24:00" ? null : clock(condition.to, t));
      break;
    case "attribute":
      note("name", filled(condition.name));
      if (condition.test.is === "contains") note("test.value", filled(condition.test.value));
      if (condition.test.is === "in") note("test.value", chosen(condition.test.value));
      break;
    case "custom_event":
      note("name", filled(condition.name));
      note("at_least", checkRange(condition.at_least, { min: 1, max: 50 }, t));
      note("within_s", checkRange(condition.within_s, WINDOW, t));
      break;
    case "page_sequence":
      note("first.match_value", filled(condition.first.match_value));
      note("then.match_value", filled(condition.then.match_value));
      note("within_s", checkRange(condition.within_s, WINDOW, t));
      break;
    case "returning_visitor":
    case "exit_intent":
    case "identified":
      break;
  }
  return found;
}

function clock(value: string, t: TFunction): string | null {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(value) ? null : t("conditions.check.clock");
}
