// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from "vitest";
import { type Mounted, mount } from "../ui/mounted";
import { listenForShortcuts, useShortcut } from "./useShortcut";

let page: Mounted | undefined;
let deafen: (() => void) | undefined;
afterEach(async () => {
  vi.unstubAllGlobals();
  deafen?.();
  await page?.unmount();
});

// spec: P-13 A-1
it("a question mark that is typed in the text field of the mini window is text", async () => {
  let opened = 0;
  function Sheet() {
    useShortcut("sheet", () => (opened += 1));
    return <textarea />;
  }
  page = await mount(<Sheet />, () => undefined);
  deafen = listenForShortcuts(window);
  const type = (target: Element | null) => {
    const stroke = new KeyboardEvent("keydown", { key: "?", bubbles: true, cancelable: true });
    target?.dispatchEvent(stroke);
    return stroke.defaultPrevented;
  };
  // Nothing of another window is one of this.
  vi.stubGlobal("HTMLElement", class {});
  expect([type(page.element.querySelector("textarea")), opened]).toEqual([false, 0]);
  expect([type(page.element), opened]).toEqual([true, 1]);
});
