// @vitest-environment happy-dom
/** @jsxImportSource preact */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { MessageFile } from "../../../api/wire";
import { newSession } from "../../session";
import { active, from_agent } from "../../session-play";
import { type Event, newState, type State, step } from "../state";
import { en } from "../texts/en";
import { App } from "./app";

const file: MessageFile = {
  id: "f1",
  name: "chair.png",
  media_type: "image/png",
  bytes: 9,
  picture: { width: 640, height: 400 },
  url: "/files/f1?ticket=t",
  thumb_url: "/files/f1/thumb?ticket=t",
};

let state: State;

beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe = () => {};
      disconnect = () => {};
    },
  );
  const session = {
    ...newSession(),
    window: "open" as const,
    chat: active,
    messages: [{ ...from_agent(1, ""), file }],
  };
  state = step(newState(newSession(), 1, "", true), { type: "shared", session })[0];
  draw();
});
afterEach(() => {
  render(null, document.body);
  vi.unstubAllGlobals();
});

/** Draws what there is, and again after each of the visitor's acts. */
function draw(): void {
  const ui = {
    state,
    t: en,
    language: "en",
    host: "https://chat.example",
    act: (event: Event) => {
      [state] = step(state, event);
      draw();
    },
    dispatch: () => {},
  };
  void act(() => render(<App ui={ui} inline={false} slotted={false} />, document.body));
}

const find = (selector: string) => document.querySelector<HTMLElement>(selector);
const viewer = () => find("dialog");
const open = () => find(".thumb")?.click();
const press = (key: string) =>
  document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));

// spec: Q-8 N-5
it("shows a picture large, under its name, when its button is pressed, and the focus goes along", () => {
  expect(viewer()).toBeNull();
  expect(find(".log button img")?.getAttribute("alt")).toBe("Picture: chair.png");
  open();
  expect(viewer()?.hasAttribute("open")).toBe(true);
  expect(viewer()?.getAttribute("aria-modal")).toBe("true");
  expect(find(`#${viewer()?.getAttribute("aria-labelledby")}`)?.textContent).toBe("chair.png");
  expect(find("dialog img")?.getAttribute("src")).toBe("https://chat.example/files/f1?ticket=t");
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Close");
});

// spec: Q-8
it("leads to the file, under its name, in a place of its own should it not be had", () => {
  open();
  const link = find('dialog a[aria-label="Download"]');
  expect(link?.getAttribute("href")).toBe("https://chat.example/files/f1?ticket=t");
  expect([link?.getAttribute("download"), link?.getAttribute("target")]).toEqual(["chair.png", "_blank"]);
});

// spec: N-5
it("is closed by Escape alone, which neither the window nor the page hears", () => {
  const heard = vi.fn();
  document.addEventListener("keydown", heard);
  open();
  press("Escape");
  expect([viewer(), state.viewed, state.session.window]).toEqual([null, null, "open"]);
  expect(heard).not.toHaveBeenCalled();
  document.removeEventListener("keydown", heard);
});

// spec: N-5
it("is closed by its button, by a click beside the picture, and by the browser's own way back", () => {
  const ways = [
    () => find('dialog button[aria-label="Close"]')?.click(),
    () => find(".large")?.click(),
    () => (viewer() as HTMLDialogElement).close(),
  ];
  for (const close of ways) {
    open();
    find(".large img")?.click();
    expect(viewer()).not.toBeNull();
    close();
    expect(viewer()).toBeNull();
  }
});

// spec: Q-8
it("says so when the picture cannot be had, and the file can still be asked for", () => {
  open();
  void act(() => void find(".large img")?.dispatchEvent(new globalThis.Event("error")));
  expect(find(".large")?.textContent).toBe(en.file_broken);
  expect(find(".large img")).toBeNull();
  expect(find('dialog a[aria-label="Download"]')).not.toBeNull();
});
