// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { notify } from "./attention";

const open = vi.fn();
const NOTE = { tag: "ring", title: "A chat rings", body: "Kari", open, stays: true };

class Shown {
  static permission = "granted";
  onclick: (() => void) | null = null;
  close = vi.fn();
  constructor(
    readonly title: string,
    readonly options: NotificationOptions & { renotify: boolean },
  ) {
    shown.push(this);
  }
}

let shown: Shown[];

beforeEach(() => {
  shown = [];
  vi.stubGlobal("Notification", Shown);
  vi.spyOn(document, "hasFocus").mockReturnValue(false);
});

afterEach(() => {
  vi.clearAllMocks();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

// spec: A-1 P-12 P-13
it("raises the tab when a notification is clicked, then opens what it tells of, and is gone", () => {
  const steps: string[] = [];
  vi.spyOn(window, "focus").mockImplementation(() => void steps.push("raised"));
  notify({ ...NOTE, open: () => steps.push("opened") });
  expect(steps).toEqual([]);
  shown[0]?.onclick?.();
  expect(steps).toEqual(["raised", "opened"]);
  expect(shown[0]?.close).toHaveBeenCalledOnce();
});

// spec: A-1 P-12 P-13
it("calls again in place of the notification before, and stays only where it is to", () => {
  notify(NOTE);
  notify({ ...NOTE, stays: false });
  expect(shown.map(({ options }) => [options.tag, options.renotify, options.requireInteraction])).toEqual([
    ["ring", true, true],
    ["ring", true, false],
  ]);
});

// spec: A-1
it.each([
  ["while the console has the focus", "granted", true],
  ["where the browser was told no", "denied", false],
  ["where the browser was not asked", "default", false],
])("shows no notification %s", (_, permission, focused) => {
  vi.stubGlobal("Notification", Object.assign(class extends Shown {}, { permission }));
  vi.spyOn(document, "hasFocus").mockReturnValue(focused);
  notify(NOTE);
  expect(shown).toEqual([]);
});

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
  notify(NOTE);
  expect(tried).toHaveBeenCalledOnce();
});
