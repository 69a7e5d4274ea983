// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import type { VisitDetail, VisitPage } from "../../api/rest";
import { type Mounted, mount } from "../ui/mounted";
import { VISIT } from "./fixture";
import { VisitFacts, VisitPages } from "./VisitParts";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

const CHECKOUT: VisitPage = {
  url: "https://shop.example.test/checkout",
  title: "Checkout",
  entered_at: 0,
  left_at: 200_000,
  visible_s: 75,
  form: null,
};
const SEEN: VisitDetail = {
  ...VISIT,
  utm: { campaign: "autumn", source: "newsletter" },
  pages: [CHECKOUT],
  presentations: [],
};

async function pageLine(change: Partial<VisitPage>) {
  const visit = { ...SEEN, pages: [{ ...CHECKOUT, ...change }] };
  page = await mount(<VisitPages visit={visit} />, () => undefined);
  return page.element.querySelector("li")?.textContent ?? "";
}

// spec: T-2 C-3
it("names the campaign that a visitor came by, as far as the address said", async () => {
  page = await mount(<VisitFacts visit={SEEN} />, () => undefined);
  const facts = page.element.textContent ?? "";
  expect(facts).toContain("Campaign sourcenewsletterCampaignautumnDevice");
  expect(facts).not.toContain("Campaign medium");
});

// spec: T-2 C-3
it("says of a page how long it was visible, and nothing of a form where none was entered", async () => {
  const line = await pageLine({});
  expect(line).toContain("Visible for 1 min 15 s");
  expect(line).not.toContain("Form");
});

// spec: T-2 C-3
it("says of a form that was submitted when it was entered, last filled in and sent", async () => {
  const form = { entered_at: 60_000, last_input_at: 120_000, submitted_at: 180_000, seconds: 120 };
  expect(await pageLine({ form })).toMatch(
    /Form entered \d\d:\d\d · last input \d\d:\d\d · submitted \d\d:\d\d after 2 min$/,
  );
});

// spec: T-2 C-3
it("says of a form that was left how long it was not submitted", async () => {
  const form = { entered_at: 60_000, last_input_at: null, submitted_at: null, seconds: 45 };
  expect(await pageLine({ form })).toMatch(/Form entered \d\d:\d\d · not submitted in 45 s$/);
});
