// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, expect, it, vi } from "vitest";
import type { SessionUser } from "../../api/rest";
import { UserContext } from "../shell/user";
import { type Mounted, mount } from "../ui/mounted";
import { CustomerPages } from "./CustomerPages";
import { CustomersPage } from "./CustomersPage";

let page: Mounted | undefined;
afterEach(async () => {
  await page?.unmount();
  vi.restoreAllMocks();
  history.replaceState(null, "", "/");
});

// spec: A-6 C-1
it("asks once for a page of the list that cannot be had, says so, and asks again when it is told to", async () => {
  // A table draws no rows where it has no height.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
  let asked = 0;
  let well = false;
  page = await mount(
    <UserContext.Provider value={{ id: "u1", role: "agent" } as SessionUser}>
      <CustomersPage />
    </UserContext.Provider>,
    ({ path }) => {
      if (path.startsWith("/sites?")) return { items: [{ id: "s1", name: "Shop" }], next: null };
      if (!path.includes("/customers?")) return { customers: 2, fields: [] };
      const items = [{ id: "k1", first_name: "Ada", last_name: "Berg", email: "", updated_at: 0 }];
      if (!path.includes("after=")) return { items, next: "more" };
      asked += 1;
      if (well) return { items: [{ ...items[0], id: "k2" }], next: null };
      return Response.json({ title: "Too many requests", status: 429 }, { status: 429 });
    },
  );
  const { client, element, until, click } = page;
  const alert = () => element.querySelector('[role="alert"]');
  const again = () => alert()?.querySelector("button");
  await until(() => alert()?.textContent?.includes("There is more, which could not be loaded."));
  await act(async () => element.querySelector("section")?.dispatchEvent(new Event("scroll")));
  await until(() => client.isFetching() === 0);
  expect(asked).toBe(1);
  again()?.focus();
  well = true;
  await click(again());
  await until(() => alert() === null);
  expect(document.activeElement?.textContent).toBe("Ada Berg");
  expect(asked).toBe(2);
});

// spec: C-1
it("opens a customer, and the form of a new one, with the search at hand for the way back", async () => {
  // A table draws no rows where it has no height.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
  history.replaceState(null, "", "/customers?q=berg");
  const ada = { id: "k1", first_name: "Ada", last_name: "Berg", email: "ada@example.test", updated_at: 0 };
  page = await mount(
    <UserContext.Provider value={{ id: "u1", role: "agent" } as SessionUser}>
      <CustomersPage />
    </UserContext.Provider>,
    ({ path }) => {
      if (path.startsWith("/sites?")) return { items: [{ id: "s1", name: "Shop" }], next: null };
      return path.includes("/customers?") ? { items: [ada], next: null } : { customers: 1, fields: [] };
    },
  );
  const { element, until, click } = page;
  await until(() => element.querySelector("tbody a"));
  expect(element.querySelector("tbody a")?.getAttribute("href")).toBe("/customers/k1?q=berg");
  const add = [...element.querySelectorAll("a")].find((one) => one.textContent === "Add customer");
  expect(add?.getAttribute("href")).toBe("/customers/new?q=berg&site=s1");
  await click(element.querySelector("tbody td:nth-child(2)"));
  expect(location.pathname + location.search).toBe("/customers/k1?q=berg");
});

// spec: C-1
it.each(["import", "fields"])(
  "opens %s with the site and the search at hand for the way back",
  async (what) => {
    history.replaceState(null, "", "/customers?q=berg&site=s2");
    const sites = ["s1", "s2"].map((id) => ({ id, name: id }));
    page = await mount(
      <UserContext.Provider value={{ id: "u1", role: "admin" } as SessionUser}>
        <CustomerPages />
      </UserContext.Provider>,
      ({ path }) => {
        if (path.startsWith("/sites?")) return { items: sites, next: null };
        return path.includes("/customers?")
          ? { items: [], next: null }
          : { customers: 0, fields: [], items: [] };
      },
    );
    const { element, until, click } = page;
    await until(() => element.querySelector('button[aria-label="More actions"]'));
    await click(element.querySelector('button[aria-label="More actions"]'));
    const item = () => document.querySelector<HTMLElement>(`a[href^="/customers/${what}"]`);
    await until(item);
    await click(item());
    await until(() => location.pathname === `/customers/${what}`);
    const back = [...element.querySelectorAll("a")].find((one) => one.textContent === "Customers");
    expect(back?.getAttribute("href")).toBe("/customers?q=berg&site=s2");
  },
);
