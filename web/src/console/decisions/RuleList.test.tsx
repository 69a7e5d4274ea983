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

// spec: R-9
it.each([
  ["a time", SINCE.test, String(Date.parse("2026-07-15T09:30Z")), "2026-07-15 11:30 (Europe/Oslo)"],
  ["two times", SINCE.test, "0, 1000", "1970-01-01 01:00 (Europe/Oslo), 1970-01-01 01:00 (Europe/Oslo)"],
  ["a time in a list", { is: "in", value: [SINCE.test.value] }, "0", "1970-01-01 01:00 (Europe/Oslo)"],
  ["what is no time", SINCE.test, "yesterday, 99999999999999999", "yesterday, 99999999999999999"],
  ["a number", { is: "less", value: { type: "number", value: 5 } }, "7", "7"],
])(
  "tells what was compared, here %s, on the clocks of the site where the rule names a time",
  async (_, test, value, words) => {
    const sites = [{ id: "s1", name: "Shop", settings: { time_zone: "Europe/Oslo" } }];
    const conditions = { condition: { ...SINCE, test }, holds: false, value, of: [] };
    const rule = { ...RULE, conditions } as unknown as RuleExplanation;
    page = await mount(<RuleList site="s1" rules={[rule]} />, () => ({ items: sites, next: null }));
    const { element, until } = page;
    const said = () => element.querySelector("li li:last-child span span")?.textContent;
    await until(() => said()?.includes(words));
    expect(said()).toBe(`it is ${words}`);
  },
);
