// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import type { VisitDetail, VisitPage } from "../../api/rest";
import { type Mounted, mount } from "../ui/mounted";
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
const VISIT: VisitDetail = {
  id: "w",
  site_id: "s",
  visitor_id: "v",
  started_at: 0,
  last_contact_at: 0,
  live: false,
  ended_at: null,
  referrer: "",
  language: "en",
  time_zone: "UTC",
  device: "desktop",
  browser: "Chrome",
  utm: { campaign: "autumn", source: "newsletter" },
  visit_number: 1,
  page: null,
  page_views: 1,
  offers: 0,
  last_outcome: null,
  last_accepted_late: false,
  chat_id: null,
  offer_state: null,
  customer: null,
  pages: [CHECKOUT],
  presentations: [],
};

async function pageLine(change: Partial<VisitPage>) {
  const visit = { ...VISIT, pages: [{ ...CHECKOUT, ...change }] };
  page = await mount(<VisitPages visit={visit} />, () => undefined);
  return page.element.querySelector("li")?.textContent ?? "";
}

// spec: T-2 C-3
it("names the campaign that a visitor came by, as far as the address said", async () => {
  page = await mount(<VisitFacts visit={VISIT} />, () => undefined);
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
