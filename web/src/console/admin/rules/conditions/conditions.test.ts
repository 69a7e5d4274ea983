import "../../../areas";
import { describe, expect, it } from "vitest";
import type { Condition } from "../../../../api/rest";
import { conditionSentence } from "../../../decisions/sentence";
import { i18next } from "../../../i18n";
import { allowedTests, valueTypeOf, withTest, withType } from "./attribute";
import { checkConditions } from "./check";
import {
  append,
  begin,
  count,
  depth,
  inner,
  type Kind,
  move,
  pathOf,
  regroup,
  removeAt,
  replaceAt,
  SECTIONS,
  wrap,
} from "./model";
import { suggestionsFor } from "./suggestions";

const t = i18next.t;
const leaving: Condition = { type: "exit_intent" };
const phone: Condition = { type: "device", any_of: ["phone"] };
const german: Condition = { type: "language", any_of: ["de"] };

const EVERY: Kind[] = ["all", "any", "not", ...Object.values(SECTIONS).flat()];

describe("the tree of conditions", () => {
  // spec: R-8
  it("has every condition that the server knows, each once", () => {
    expect(EVERY).toHaveLength(23);
    expect(new Set(EVERY).size).toBe(EVERY.length);
    for (const kind of EVERY) expect(begin(kind).type).toBe(kind);
  });

  it("adds, changes, moves and removes without touching what it was", () => {
    const before: Condition = { type: "all", of: [leaving] };
    const two = append(before, phone);
    expect(inner(two)).toEqual([leaving, phone]);
    expect(inner(move(two, 1, -1))).toEqual([phone, leaving]);
    expect(move(two, 1, 1)).toEqual(two);
    expect(inner(replaceAt(two, 0, german))).toEqual([german, phone]);
    expect(inner(removeAt(two, 0))).toEqual([phone]);
    expect(before).toEqual({ type: "all", of: [leaving] });
  });

  // spec: R-8
  it("nests: a negation holds one condition, or several as any of them", () => {
    const one = append(begin("not"), leaving);
    expect(one).toEqual({ type: "not", of: leaving });
    expect(append(one, phone)).toEqual({ type: "not", of: { type: "any", of: [leaving, phone] } });
    expect(regroup({ type: "all", of: [leaving, phone] }, "not")).toEqual({
      type: "not",
      of: { type: "any", of: [leaving, phone] },
    });
    expect(regroup({ type: "not", of: leaving }, "all")).toEqual({ type: "all", of: [leaving] });
    const nested = append(begin("all"), wrap(append(begin("not"), leaving)));
    expect([count(nested), depth(nested)]).toEqual([4, 3]);
  });

  it("names places as the server's pointers do", () => {
    const group = append(begin("all"), append(begin("not"), phone));
    expect(pathOf("plan.conditions", group, 0)).toBe("plan.conditions.of.0");
    const negation = inner(group)[0] as Condition;
    expect(pathOf("plan.conditions.of.0", negation, 0)).toBe("plan.conditions.of.0.of");
  });
});

describe("the check of conditions", () => {
  // spec: R-8
  it("finds what the server would refuse, at its place, however deep", () => {
    const event = { type: "custom_event", name: "", at_least: 51, within_s: 0 } as Condition;
    const tree = append(begin("all"), append(begin("not"), append(begin("any"), event)));
    expect(Object.keys(checkConditions(tree, "plan.conditions", t))).toEqual([
      "plan.conditions.of.0.of.of.0.name",
      "plan.conditions.of.0.of.of.0.at_least",
      "plan.conditions.of.0.of.of.0.within_s",
    ]);
  });

  it("takes every range to its ends, and the end of the day", () => {
    const good: Condition[] = [
      { type: "time_on_form", at_least_s: 0 },
      { type: "inactivity", at_least_s: 86_400 },
      { type: "scroll_depth", at_least_percent: 100 },
      { type: "local_time", weekdays: [7], from: "00:00", to: "24:00" },
    ];
    expect(checkConditions({ type: "all", of: good }, "c", t)).toEqual({});
    const bad: Condition[] = [
      { type: "inactivity", at_least_s: 0 },
      { type: "scroll_depth", at_least_percent: 101 },
      { type: "local_time", weekdays: [], from: "24:00", to: "9:00" },
      { type: "device", any_of: [] },
      { type: "attribute", name: "plan", test: { is: "in", value: [] } },
    ];
    expect(Object.keys(checkConditions({ type: "all", of: bad }, "c", t))).toEqual([
      "c.of.0.at_least_s",
      "c.of.1.at_least_percent",
      "c.of.2.weekdays",
      "c.of.2.from",
      "c.of.2.to",
      "c.of.3.any_of",
      "c.of.4.test.value",
    ]);
  });
});

describe("a condition in words", () => {
  it("is one sentence, for every kind", () => {
    for (const kind of EVERY) {
      const words = conditionSentence(begin(kind), t, "UTC");
      expect(words, kind).not.toMatch(/conditions\.|undefined|\{\{/);
      expect(words, kind).not.toBe("");
    }
  });

  it("shows how groups stand in each other", () => {
    const tree: Condition = {
      type: "all",
      of: [phone, { type: "not", of: { type: "any", of: [german, leaving] } }],
    };
    expect(conditionSentence(tree, t, "UTC")).toBe(
      "all of (the device is phone, not (at least one of (the language is de, the pointer leaves the page at the top)))",
    );
    expect(conditionSentence({ type: "any", of: [] }, t, "UTC")).toBe("never");
    const hours: Condition = { type: "local_time", weekdays: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" };
    expect(conditionSentence(hours, t, "UTC")).toBe("it is Mon–Fri, 09:00 to 17:00");
    const since: Condition = {
      type: "attribute",
      name: "since",
      test: { is: "less", value: { type: "time", value: Date.parse("2026-07-15T10:00Z") } },
    };
    expect(conditionSentence(since, t, "Europe/Oslo")).toBe(
      "since is less than 2026-07-15 12:00 (Europe/Oslo)",
    );
    expect(conditionSentence(since, t, "UTC")).toBe("since is less than 2026-07-15 10:00 (UTC)");
    const cart: Condition = {
      type: "attribute",
      name: "cart_value",
      trust: "signed",
      test: { is: "at_least", value: { type: "number", value: 100 } },
    };
    expect(conditionSentence(cart, t, "UTC")).toBe("cart_value (signed) is at least 100");
  });
});

describe("a comparison with an attribute", () => {
  // spec: T-5
  it("is offered only where it suits the type", () => {
    expect(allowedTests("boolean")).toEqual(["equal", "not_equal"]);
    expect(allowedTests("text")).not.toContain("less");
    const more = withTest(withType({ is: "equal", value: { type: "text", value: "" } }, "number"), "more");
    expect(more).toEqual({ is: "more", value: { type: "number", value: 0 } });
    expect(withType(more, "text")).toEqual({ is: "equal", value: { type: "text", value: "" } });
    expect(valueTypeOf({ is: "in", value: [{ type: "number", value: 3 }] })).toBe("number");
  });
});

describe("suggestions for a value", () => {
  it("are paths, whole addresses or titles, as the comparison wants them", () => {
    const pages = [
      { url: "https://a.test/prices", title: "Prices", views: 3 },
      { url: "https://b.test/prices", title: "Prices", views: 2 },
      { url: "https://a.test/", title: "", views: 1 },
    ];
    expect(suggestionsFor("url", "contains", pages)).toEqual(["/prices"]);
    expect(suggestionsFor("url", "equals", pages)).toHaveLength(3);
    expect(suggestionsFor("page_title", "contains", pages)).toEqual(["Prices"]);
    expect(suggestionsFor("url", "regex", pages)).toEqual([]);
  });
});
