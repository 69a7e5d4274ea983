// @vitest-environment happy-dom
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Chat } from "../../api/wire";
import { type Mounted, mount } from "../ui/mounted";
import { popScreen } from "./screenPop";

const shown: ReactNode[] = [];
vi.mock("../ui/notify", () => ({ warnedUntilClosed: (message: ReactNode) => shown.push(message) }));

let page: Mounted | undefined;
beforeEach(() => {
  shown.length = 0;
});
afterEach(async () => {
  await page?.unmount();
  vi.restoreAllMocks();
});

const RECORD: Pick<Chat, "screen_pop"> = {
  screen_pop: { url: "https://record.example/c1", open: "tab" },
};
const t = ((key: string) => key) as unknown as Parameters<typeof popScreen>[1];

// spec: Q-12
it("opens the record in a tab that knows nothing of the console", () => {
  const tab = { opener: window, location: { replace: vi.fn() } };
  vi.spyOn(window, "open").mockReturnValue(tab as unknown as Window);
  popScreen(RECORD, t);
  expect(tab.opener).toBeNull();
  expect(tab.location.replace).toHaveBeenCalledExactlyOnceWith("https://record.example/c1");
  expect(shown).toEqual([]);
});

// spec: Q-12
it("says that the browser has not let the record open, with a link to it", async () => {
  vi.spyOn(window, "open").mockReturnValue(null);
  popScreen(RECORD, t);
  page = await mount(shown[0], () => undefined);
  expect(page.element.textContent).toContain("chats.session.pop_blocked");
  expect(page.element.querySelector("a")?.href).toBe("https://record.example/c1");
});

// spec: Q-12 X-7
it.each([
  ["is only a link", { url: "https://record.example/c1", open: "link" }],
  ["is no address of the web", { url: "javascript:alert(1)", open: "tab" }],
] as const)("opens nothing where the record %s", (_, screen_pop) => {
  const open = vi.spyOn(window, "open").mockReturnValue(null);
  popScreen({ screen_pop }, t);
  expect(open).not.toHaveBeenCalled();
  expect(shown).toEqual([]);
});
