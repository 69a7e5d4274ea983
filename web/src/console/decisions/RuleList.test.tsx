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

const OF_2026 = SINCE.test.value;
const NUMBER = { is: "less", value: { type: "number", value: 5 } };

// spec: R-9
it.each([
  ["a time", SINCE.test, true, String(Date.parse("2026-07-15T09:30Z")), "2026-07-15 11:30 (Europe/Oslo)"],
  [
    "a time too late, or a number of its size",
    SINCE.test,
    false,
    String(Date.parse("2026-07-16Z")),
    "2026-07-16 02:00 (Europe/Oslo), or the number 1784160000000",
  ],
  ["a time of long ago", SINCE.test, true, "1000", "1970-01-01 01:00 (Europe/Oslo)"],
  [
    "a time in a list",
    { is: "in", value: [OF_2026] },
    false,
    "1",
    "1970-01-01 01:00 (Europe/Oslo), or the number 1",
  ],
  [
    "what holds as a time or as a number of a list",
    {
      is: "in",
      value: [
        { type: "time", value: 1000 },
        { type: "number", value: 1000 },
      ],
    },
    true,
    "1000",
    "1970-01-01 01:00 (Europe/Oslo), or the number 1000",
  ],
  [
    "two, one of which must be a time",
    SINCE.test,
    true,
    "1784160000000, 1000",
    "2026-07-16 02:00 (Europe/Oslo), or the number 1784160000000, 1970-01-01 01:00 (Europe/Oslo)",
  ],
  [
    "two, either of which may be a time",
    SINCE.test,
    true,
    "1000, 2000",
    "1970-01-01 01:00 (Europe/Oslo), or the number 1000, 1970-01-01 01:00 (Europe/Oslo), or the number 2000",
  ],
  ["what is no time", SINCE.test, false, "yesterday, 99999999999999999", "yesterday, 99999999999999999"],
  ["a number", NUMBER, false, "7", "7"],
  ["a great number", NUMBER, false, "1784160000000", "1784160000000"],
  ["a number that as a time would hold", SINCE.test, false, "1752573600000", "1752573600000"],
  [
    "a number or a time",
    { is: "more", value: OF_2026 },
    false,
    "5",
    "1970-01-01 01:00 (Europe/Oslo), or the number 5",
  ],
  ["a number that is another", { is: "not_equal", value: OF_2026 }, false, "5", "5"],
])(
  "tells what was compared, here %s, on the clocks of the site where it may be a time",
  async (_, test, holds, value, words) => {
    const sites = [{ id: "s1", name: "Shop", settings: { time_zone: "Europe/Oslo" } }];
    const conditions = { condition: { ...SINCE, test }, holds, value, of: [] };
    const rule = { ...RULE, conditions } as unknown as RuleExplanation;
    page = await mount(<RuleList site="s1" rules={[rule]} />, () => ({ items: sites, next: null }));
    const { element, until } = page;
    const said = () => element.querySelector("li li:last-child span span")?.textContent;
    await until(() => said()?.includes(words));
    expect(said()).toBe(`it is ${words}`);
  },
);
