import { expect, it } from "vitest";
import type { RuleExplanation } from "../../api/rest";
import { stopOf } from "./Why";

const rule = (over: Partial<RuleExplanation>) =>
  ({ verdict: "qualified", blocked: null, ...over }) as RuleExplanation;

// spec: R-9 O-1
it("a rule that has qualified says what stops it, its own reason before that of all", () => {
  expect(stopOf(rule({}), "no_agent")).toBe("no_agent");
  expect(stopOf(rule({ blocked: "offer_not_again" }), "no_agent")).toBe("offer_not_again");
  expect(stopOf(rule({}), null)).toBeNull();
  expect(stopOf(rule({}), "no_rule_qualified")).toBeNull();
  expect(stopOf(rule({ verdict: "time_not_passed" }), "no_agent")).toBeNull();
});
