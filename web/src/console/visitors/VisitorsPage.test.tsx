// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LiveVisits, Visit, VisitDetail } from "../../api/rest";
import { type Mounted, mount } from "../ui/mounted";
import { VISIT } from "./fixture";
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

const LINKED: Visit = {
  ...VISIT,
  customer: { id: "k1", name: "Kari Nordmann", proof: "by_hand" },
};

async function visitors(list: Partial<LiveVisits>, open: string | null = null) {
  const visits: LiveVisits = { items: [LINKED], next: null, cut: false, ...list };
  const detail: VisitDetail = { ...LINKED, pages: [], presentations: [] };
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
      items: [{ ...LINKED, customer: { id: "k1", name: "Kari Nordmann", proof } }],
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
