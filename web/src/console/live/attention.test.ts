// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from "vitest";
import { notify } from "./attention";

afterEach(() => vi.unstubAllGlobals());

// spec: A-1
it("goes on where the browser has notifications and lets no page show one", () => {
  const tried = vi.fn();
  class Illegal {
    static permission = "granted";
    constructor() {
      tried();
      throw new TypeError("Illegal constructor");
    }
  }
  vi.stubGlobal("Notification", Illegal);
  vi.spyOn(document, "hasFocus").mockReturnValue(false);
  notify({ tag: "ring", title: "A chat rings", body: "Kari", open: () => {}, stays: true });
  expect(tried).toHaveBeenCalledOnce();
});
