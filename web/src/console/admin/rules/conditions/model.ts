/** Owns how the tree of a rule's conditions is changed while it is edited. Pure; a place in the tree is a path of form names. */
import type { Condition } from "../../../../api/rest";

/** As the server has it: conditions of one rule, groups included, and groups within groups. */
export const CONDITIONS_MAX = 200;
export const NESTING_MAX = 8;

export type Kind = Condition["type"];
export type GroupKind = "all" | "any" | "not";
export type LeafKind = Exclude<Kind, GroupKind>;

/** Under which heading each condition stands in the menu. */
export const SECTIONS: Record<"visitor" | "visit" | "page" | "site", LeafKind[]> = {
  page: ["scroll_depth", "exit_intent", "inactivity", "time_on_form", "form_idle", "custom_event"],
  visit: ["time_on_site", "pages_viewed", "page_sequence", "referrer", "utm"],
  visitor: [
    "visit_number",
    "returning_visitor",
    "previous_chats",
    "identified",
    "attribute",
    "device",
    "language",
  ],
  site: ["local_time", "queue_wait"],
};

/** A condition of this kind as it begins. */
export function begin(kind: Kind): Condition {
  switch (kind) {
    case "all":
    case "any":
      return { type: kind, of: [] };
    case "not":
      return { type: "not", of: { type: "all", of: [] } };
    case "time_on_form":
    case "form_idle":
    case "inactivity":
      return { type: kind, at_least_s: 30 };
    case "time_on_site":
      return { type: kind, at_least_s: 60 };
    case "pages_viewed":
      return { type: kind, at_least: 3 };
    case "visit_number":
      return { type: kind, at_least: 2 };
    case "previous_chats":
      return { type: kind, at_least: 1 };
    case "returning_visitor":
    case "exit_intent":
      return { type: kind };
    case "referrer":
      return { type: kind, contains: "" };
    case "utm":
      return { type: kind, parameter: "campaign", equals: "" };
    case "device":
      return { type: kind, any_of: ["phone"] };
    case "language":
      return { type: kind, any_of: [] };
    case "local_time":
      return { type: kind, weekdays: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" };
    case "attribute":
      return {
        type: kind,
        name: "",
        trust: "any",
        test: { is: "equal", value: { type: "text", value: "" } },
      };
    case "scroll_depth":
      return { type: kind, at_least_percent: 50 };
    case "custom_event":
      return { type: kind, name: "", at_least: 1, within_s: 300 };
    case "page_sequence":
      // biome-ignore lint/suspicious/noThenProperty: it is the interface's name of the page viewed later
      return { type: kind, first: page(), then: page(), within_s: 600 };
    case "identified":
      return { type: kind, trust: "any" };
    case "queue_wait":
      return { type: kind, at_most_s: 60 };
  }
}

/** The conditions inside a group; of a negation, the one inside. */
export function inner(condition: Condition): Condition[] {
  if (condition.type === "all" || condition.type === "any") return condition.of;
  return condition.type === "not" ? [condition.of] : [];
}

export function isGroup(condition: Condition): boolean {
  return condition.type === "all" || condition.type === "any" || condition.type === "not";
}

export function count(condition: Condition): number {
  return 1 + inner(condition).reduce((sum, one) => sum + count(one), 0);
}

/** Groups within groups, this one included. */
export function depth(condition: Condition): number {
  if (!isGroup(condition)) return 0;
  return 1 + Math.max(0, ...inner(condition).map(depth));
}

/** All of what a group holds as another kind of group. A negation of several is the negation of any of them. */
export function regroup(condition: Condition, kind: GroupKind): Condition {
  const held = condition.type === "not" ? unpack(condition.of) : inner(condition);
  if (kind !== "not") return { type: kind, of: held };
  const [only] = held;
  return { type: "not", of: only && held.length === 1 ? only : { type: "any", of: held } };
}

/** Adds at the end of a group; into a negation, beside what it holds. */
export function append(group: Condition, added: Condition): Condition {
  if (group.type === "all" || group.type === "any") return { ...group, of: [...group.of, added] };
  if (group.type !== "not") return group;
  const held = group.of;
  if (held.type === "any" || held.type === "all") {
    if (held.of.length === 0) return { type: "not", of: added };
    return { type: "not", of: { ...held, of: [...held.of, added] } };
  }
  return { type: "not", of: { type: "any", of: [held, added] } };
}

export function replaceAt(group: Condition, index: number, changed: Condition): Condition {
  if (group.type === "not") return { type: "not", of: changed };
  if (group.type !== "all" && group.type !== "any") return group;
  return { ...group, of: group.of.map((one, at) => (at === index ? changed : one)) };
}

/** What is left without one of its conditions. */
export function removeAt(group: Condition, index: number): Condition {
  if (group.type === "not") return { type: "not", of: { type: "all", of: [] } };
  if (group.type !== "all" && group.type !== "any") return group;
  return { ...group, of: group.of.filter((_, at) => at !== index) };
}

export function move(group: Condition, index: number, by: -1 | 1): Condition {
  if (group.type !== "all" && group.type !== "any") return group;
  const to = index + by;
  const [from, other] = [group.of[index], group.of[to]];
  if (!from || !other) return group;
  return { ...group, of: group.of.map((one, at) => (at === index ? other : at === to ? from : one)) };
}

/** Puts one condition into a group of its own, to be joined by others. */
export function wrap(condition: Condition): Condition {
  return { type: "any", of: [condition] };
}

/** The form path of the condition inside a group at `path`, as the server's pointers name it. */
export function pathOf(path: string, group: Condition, index: number): string {
  return group.type === "not" ? `${path}.of` : `${path}.of.${index}`;
}

function unpack(condition: Condition): Condition[] {
  return condition.type === "any" || condition.type === "all" ? condition.of : [condition];
}

function page() {
  return { match_on: "url" as const, match_type: "contains" as const, match_value: "" };
}
