// @vitest-environment happy-dom
/** @jsxImportSource preact */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { newSession, type Unsent } from "../../session";
import { active, from_agent } from "../../session-play";
import { newState, step } from "../state";
import { en } from "../texts/en";
import type { Upload } from "../uploads";
import { UiContext } from "./context";
import { Conversation } from "./conversation";

const log_px = 1_000;
const shown_px = 200;

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "scrollHeight", "get").mockReturnValue(log_px);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(shown_px);
  vi.stubGlobal(
    "ResizeObserver",
    class {
      private readonly seen: () => void;
      constructor(seen: () => void) {
        this.seen = seen;
      }
      observe = () => this.seen();
      disconnect = () => {};
    },
  );
});
afterEach(() => {
  render(null, document.body);
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const kept: Unsent = { id: "m1", chat: active.id, text: "Still there?", at: 1 };

/** Draws the conversation with no connection. */
function draw(unsent: Unsent[], uploads: Upload[] = []): HTMLElement {
  const messages = [from_agent(1, "Hello Kari")];
  const session = { ...newSession(), window: "open" as const, chat: active, messages, unsent };
  const [shared] = step(newState(newSession(), 1, "", true), { type: "shared", session });
  const ui = {
    state: { ...shared, uploads },
    t: en,
    language: "en",
    host: "",
    act: () => {},
    dispatch: () => {},
  };
  void act(() =>
    render(
      <UiContext.Provider value={ui}>
        <Conversation chat={active} ended={false} />
      </UiContext.Provider>,
      document.body,
    ),
  );
  return document.querySelector('[role="log"]') as HTMLElement;
}

function readFurtherUp(log: HTMLElement): void {
  log.scrollTop = 100;
  log.dispatchEvent(new Event("scroll"));
}

it("brings into view what is sent from further up, though it cannot go out", () => {
  readFurtherUp(draw([]));
  const log = draw([kept]);
  expect(log.textContent).toContain("Still there?");
  expect(log.scrollTop).toBe(log_px);
});

it("leaves who reads further up there once what was sent has gone out", () => {
  readFurtherUp(draw([kept]));
  draw([]);
  // What comes next does not take them along.
  expect(draw([]).scrollTop).toBe(100);
});

it("leaves who reads further up there when a file that they sent has arrived", () => {
  const file = new File(["oak"], "oak.txt");
  const log = draw([], [{ id: "m1", chat: active.id, file, sent: 0.5, failed: "" }]);
  expect(log.scrollTop).toBe(log_px);
  readFurtherUp(log);
  draw([]);
  expect(draw([kept]).scrollTop).toBe(100);
});
