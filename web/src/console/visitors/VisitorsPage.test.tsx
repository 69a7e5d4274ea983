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
  history.replaceState(null, "", "/");
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

/** Two who look around, and one in a chat. */
const SOME: Visit[] = [
  named("Ola", { live: true, page: pageOf("/a"), page_views: 2 }),
  named("Kari", { chat_id: "c1", page: pageOf("/c"), page_views: 9 }),
  named("Eva", { live: true, page: pageOf("/b"), page_views: 4 }),
];

function pageOf(path: string): Visit["page"] {
  return { url: `https://a.test${path}`, title: "", entered_at: 0 };
}

function named(name: string, change: Partial<Visit>): Visit {
  return { ...VISIT, id: name, customer: { id: name, name, proof: "claimed" }, ...change };
}

async function some() {
  const mounted = await visitors({ items: SOME });
  const { element, until } = mounted;
  const names = () =>
    [...element.querySelectorAll("tbody [aria-label^='Open the visit of']")].map((one) => one.textContent);
  await until(() => names().length > 0);
  const heading = (name: string) =>
    [...element.querySelectorAll("th")].find((one) => one.textContent === name);
  return { ...mounted, names, heading };
}

// spec: A-2
it("shows the visitors of the state that is chosen, which the address holds, until that is taken back", async () => {
  const { element, until, click, names } = await some();
  const choice = () => element.querySelector('input[aria-label="State"]');
  await click(choice() as HTMLElement);
  const option = (name: string) =>
    [...document.querySelectorAll('[role="option"]')].find((one) => one.textContent === name);
  await until(() => option("In a chat"));
  await click(option("In a chat") as HTMLElement);
  await until(() => names().length === 1);
  expect([names(), location.search]).toEqual([["Kari"], "?state=chat"]);
  await click(choice() as HTMLElement);
  await until(() => option("Offer open"));
  await click(option("Offer open") as HTMLElement);
  await until(() => names().length === 0);
  const clear = [...element.querySelectorAll("button")].find((one) => one.textContent === "Clear the filter");
  await click(clear);
  await until(() => names().length === 3);
  expect(location.search).toBe("");
});

// spec: A-2
it.each([
  ["Pages", "descending", ["Kari", "Eva", "Ola"]],
  ["Page", "ascending", ["Ola", "Eva", "Kari"]],
  ["State", "descending", ["Kari", "Eva", "Ola"]],
] as const)("sorts by %s, %s at first and then the other way", async (name, first, order) => {
  const { until, click, names, heading } = await some();
  const press = () => click(heading(name)?.querySelector("button"));
  await press();
  await until(() => heading(name)?.getAttribute("aria-sort") === first);
  expect(names()).toEqual(order);
  await press();
  await until(() => heading(name)?.getAttribute("aria-sort") !== first);
  expect(names().at(-1)).toBe(order[0]);
});

// spec: A-2 T-7
it("says who has just left, and offers no state to filter by that hardly anyone is in", async () => {
  history.replaceState(null, "", "/visitors?state=left");
  const left = named("Ola", { live: true, page: null });
  const { element, until, click } = await visitors({ items: [left, named("Eva", { page: pageOf("/b") })] });
  const rows = () => [...element.querySelectorAll("tbody tr")].map((row) => row.textContent);
  await until(() => rows().length === 2);
  expect(rows().filter((text) => text?.includes("Just left"))).toHaveLength(1);
  await click(element.querySelector('input[aria-label="State"]'));
  const options = () => [...document.querySelectorAll('[role="option"]')].map((one) => one.textContent);
  await until(() => options().length > 0);
  expect(options()).toEqual(["Browsing", "Offer open", "In a chat"]);
});
