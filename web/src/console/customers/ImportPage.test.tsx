// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, expect, it } from "vitest";
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
