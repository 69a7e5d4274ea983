// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LiveVisits, Visit, VisitDetail } from "../../api/rest";
import { type Mounted, mount } from "../ui/mounted";
import { VisitorsPage } from "./VisitorsPage";

let page: Mounted | undefined;
beforeEach(() => {
  // A table draws no rows where it has no height.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
});
afterEach(async () => {
  await page?.unmount();
  vi.restoreAllMocks();
});

const VISIT: Visit = {
  id: "w1",
  site_id: "s1",
  visitor_id: "0190-beef",
  started_at: 0,
  last_contact_at: 0,
  live: false,
  ended_at: null,
  referrer: "",
  language: "en",
  time_zone: "UTC",
  device: "desktop",
  browser: "Chrome",
  utm: {},
  visit_number: 1,
  page: null,
  page_views: 1,
  offers: 0,
  last_outcome: null,
  last_accepted_late: false,
  chat_id: null,
  offer_state: null,
  customer: { id: "k1", name: "Kari Nordmann", proof: "by_hand" },
};

async function visitors(list: Partial<LiveVisits>, open: string | null = null) {
  const visits: LiveVisits = { items: [VISIT], next: null, cut: false, ...list };
  const detail: VisitDetail = { ...VISIT, pages: [], presentations: [] };
  page = await mount(<VisitorsPage open={open} />, ({ path }) => {
    if (path === "/visits") return visits;
    return path === "/visits/w1" ? detail : { items: [], next: null };
  });
  return page;
}

// spec: C-3
it.each([
  ["by_hand", "Linked by hand", "Linked by hand"],
  ["signed", "Verified", "Verified. The site's server has signed this."],
] as const)(
  "says in the list of a visitor whose record is %s how that came about",
  async (proof, name, title) => {
    const { element, until } = await visitors({
      items: [{ ...VISIT, customer: { id: "k1", name: "Kari Nordmann", proof } }],
    });
    await until(() => element.querySelector("tbody [role=img]"));
    const sign = element.querySelector("tbody [role=img]");
    expect(sign?.getAttribute("aria-label")).toBe(name);
    expect(sign?.getAttribute("title")).toBe(title);
  },
);

// spec: C-3
it("says beside a visit that its visitor was linked by hand", async () => {
  const { until } = await visitors({}, "w1");
  const drawer = () => document.querySelector('[role="dialog"]');
  await until(() => drawer()?.querySelector('a[href="/customers/k1"]'));
  expect(drawer()?.querySelector('a[href="/customers/k1"]')?.parentElement?.textContent).toBe(
    "Customer recordLinked by hand",
  );
});

// spec: A-2
it("says that a list of visitors was cut, and how many are shown", async () => {
  const { element, until } = await visitors({ cut: true });
  const count = () => element.querySelector('[role="status"]')?.textContent;
  await until(() => count()?.includes("The newest 1 are shown"));
  expect(count()).toBe("More than 1 visitors on the site. The newest 1 are shown.");
});

// spec: A-2
it("says how many visitors there are where the list is whole", async () => {
  const { element, until } = await visitors({});
  await until(() => element.querySelector('[role="status"]')?.textContent === "1 visitor on the site");
});
