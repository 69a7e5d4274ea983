// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import type { RuleExplanation } from "../../api/rest";
import { type Mounted, mount } from "../ui/mounted";
import { RuleList } from "./Why";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

const SINCE = {
  type: "attribute",
  name: "since",
  test: { is: "less", value: { type: "time", value: Date.parse("2026-07-15T10:00Z") } },
};
const RULE = {
  rule: "r1",
  name: "Help with prices",
  timer: false,
  verdict: "conditions_not_met",
  blocked: null,
  matches_now: true,
  views: 1,
  views_needed: 1,
  seconds: 0,
  seconds_needed: 0,
  latched: false,
  conditions: { condition: SINCE, holds: false, value: "", of: [] },
} as unknown as RuleExplanation;

// spec: R-9
it("tells the times of a decision on the clocks of the site, as the rule does", async () => {
  const sites = [{ id: "s1", name: "Shop", settings: { time_zone: "Europe/Oslo" } }];
  page = await mount(<RuleList site="s1" rules={[RULE]} />, () => ({ items: sites, next: null }));
  const { element, until } = page;
  await until(() => element.textContent?.includes("since is less than 2026-07-15 12:00 (Europe/Oslo)"));
  expect(element.textContent).not.toContain("UTC");
});
