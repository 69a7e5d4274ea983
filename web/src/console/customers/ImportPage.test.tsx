// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, expect, it } from "vitest";
import type { CustomerImport } from "../../api/rest";
import { type Mounted, mount } from "../ui/mounted";
import { ImportPage } from "./ImportPage";

let page: Mounted | undefined;
afterEach(async () => {
  await page?.unmount();
  history.replaceState(null, "", "/");
});

// spec: C-1
it("says why a file was not taken, whoever refused it, and lets the same file be chosen again", async () => {
  page = await mount(<ImportPage />, ({ method, path }) => {
    if (path.startsWith("/sites?")) return { items: [{ id: "s1", name: "Shop" }], next: null };
    // A proxy in between answers for itself.
    if (method === "POST") return new Response("<html>", { status: 413, statusText: "Payload Too Large" });
    return { items: [], next: null };
  });
  const { element, until, changes } = page;
  await until(() => element.querySelector('input[type="file"]'));
  const input = element.querySelector('input[type="file"]') as HTMLInputElement;
  let kept = "";
  const files = [new File(["a;b"], "customers.csv")];
  Object.defineProperty(input, "files", { value: files, configurable: true });
  Object.defineProperty(input, "value", {
    get: () => kept,
    set: (value: string) => (kept = value),
    configurable: true,
  });
  kept = "C:\\fakepath\\customers.csv";
  await act(async () => input.dispatchEvent(new Event("change", { bubbles: true })));
  await until(() => element.querySelector('[role="alert"]')?.textContent?.includes("Payload Too Large"));
  expect(changes).toHaveLength(1);
  expect(kept).toBe("");
});

// spec: C-1
it("leads from an earlier import back to the list as it was searched", async () => {
  history.replaceState(null, "", "/customers/import?q=berg&site=s1");
  page = await mount(<ImportPage />, ({ path }) => {
    if (path.startsWith("/sites?")) return { items: [{ id: "s1", name: "Shop" }], next: null };
    if (path === "/customer-imports/i1") return new Promise(() => {});
    return { items: [{ id: "i1", state: "done", rows_total: 1, created_at: 0 }], next: null };
  });
  const { element, until, click } = page;
  const link = (start: string) => element.querySelector<HTMLElement>(`a[href^="${start}"]`);
  await until(() => link("/customers/import?"));
  await click(link("/customers/import?"));
  expect(location.search).toBe("?q=berg&site=s1&id=i1");
  expect(link("/customers?")?.getAttribute("href")).toBe("/customers?q=berg&site=s1");
});

const TRIAL: CustomerImport = {
  id: "i1",
  site_id: "s1",
  state: "checked",
  columns: [],
  created_at: 0,
  finished_at: null,
  rows_total: 1,
  rows_done: 1,
  created: 1,
  updated: 0,
  unchanged: 0,
  refused: 0,
  problems: [],
};

// spec: C-1
it("leads back from a discarded import to what was before it, and says of its address that it is no longer here", async () => {
  history.replaceState(null, "", "/customers/import?q=berg&site=s1");
  let gone = false;
  page = await mount(<ImportPage />, ({ method, path }) => {
    if (path.startsWith("/sites?")) return { items: [{ id: "s1", name: "Shop" }], next: null };
    if (path.endsWith("/customer-fields")) return { customers: 1, fields: [] };
    if (path !== "/customer-imports/i1") return { items: gone ? [] : [TRIAL], next: null };
    if (method === "DELETE") gone = true;
    return gone && method === "GET" ? new Response("{}", { status: 404 }) : TRIAL;
  });
  const { client, element, until, click } = page;
  // What was read a moment ago is not asked for again, as in the console.
  client.setDefaultOptions({ queries: { retry: false, staleTime: 60_000 } });
  const link = () => element.querySelector<HTMLElement>('a[href="/customers/import?q=berg&site=s1&id=i1"]');
  const button = (name: string) =>
    [...element.querySelectorAll("button")].find((one) => one.textContent === name);
  await until(link);
  await click(link());
  await until(() => button("Discard"));
  const pages = history.length;
  await click(button("Discard"));
  await until(() => location.search === "?q=berg&site=s1");
  expect(history.length).toBe(pages);
  await act(async () => history.pushState(null, "", "/customers/import?q=berg&site=s1&id=i1"));
  await until(() => element.textContent?.includes("This import is no longer here"));
  expect(element.querySelector('[role="alert"]')).toBeNull();
  const back = [...element.querySelectorAll("a")].find((one) => one.textContent === "Go to the imports");
  await click(back);
  expect(location.search).toBe("?q=berg&site=s1");
});
