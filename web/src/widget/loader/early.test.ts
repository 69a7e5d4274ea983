import { expect, it } from "vitest";
import type { VisitorNotice } from "../../api/wire";
import type { SessionEvent } from "../session";
import { earlyLook, firstLook, keepEarly } from "./early";

const styling = { color: "#0f766e", logo_url: null, position: "end" as const, title: "Shop", greeting: "" };
const noticed = (notice: object): SessionEvent => ({
  type: "noticed",
  notice: notice as VisitorNotice,
  now: 1,
});
const welcome = (over = {}) => noticed({ type: "welcome", styling, offer: null, chat: null, ...over });
const opened: SessionEvent = { type: "opened", tab: 1, now: 1 };

it("needs no chat bundle for a visitor who only looks around", () => {
  // spec: X-8
  const look = [
    welcome(),
    noticed({ type: "availability", open: true }),
    noticed({ type: "styling", styling }),
  ].reduce(earlyLook, firstLook({}));
  expect(look).toMatchObject({ styling, busy: false, window: "closed" });
  expect(firstLook({ window: "minimised" }).busy).toBe(false);
});

// spec: X-8
it("needs none for a Poll Interval that has changed", () => {
  const look = firstLook({});
  expect(earlyLook(look, noticed({ type: "poll_interval", poll_interval_s: 5 }))).toEqual(look);
});

it.each([
  ["an offer", welcome({ offer: { id: "p1" } })],
  ["a chat", welcome({ chat: { id: "c1" } })],
  ["a later offer", noticed({ type: "offer", offer: { id: "p1" } })],
  ["a message", noticed({ type: "message", chat: "c1" })],
  ["a click on the launcher", opened],
])("needs the chat bundle for %s", (_, event) => {
  expect(earlyLook(firstLook({}), event).busy).toBe(true);
});

it("needs the chat bundle for what the last page left undone", () => {
  // spec: Q-7
  expect(firstLook({ window: "open" }).busy).toBe(true);
  expect(firstLook({ unsent: [{ chat: "c1", id: "m1", text: "Hello", at: 1 }] }).busy).toBe(true);
  expect(firstLook({ pending: [{ frame: { type: "open_chat" }, since: 1 }] }).busy).toBe(true);
});

it("keeps what the visitor did, and of what the server told only what follows the last welcome", () => {
  const offer = noticed({ type: "offer", offer: { id: "p1" } });
  const last = welcome();
  expect([welcome(), offer, opened, last, offer].reduce(keepEarly, [] as SessionEvent[])).toEqual([
    opened,
    last,
    offer,
  ]);
  expect(keepEarly([], { type: "ticked", now: 1 })).toEqual([]);
});

it("keeps a bounded number of events", () => {
  expect(Array.from({ length: 500 }, () => opened).reduce(keepEarly, [] as SessionEvent[])).toHaveLength(200);
});
