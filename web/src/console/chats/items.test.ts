import { expect, it } from "vitest";
import type { Chat } from "../../api/wire";
import { waitsSince } from "./items";

/** The last line is not the visitor's: a note, or one of the system. */
const LAST = { from: "agent", name: "Bob", text: "Ask the shop", file: null, at: 9 } as const;
const chat = (change: Partial<Chat>) =>
  ({
    state: "active",
    queued_at: 3,
    last_seq: 4,
    agent_read_seq: 2,
    last_message: LAST,
    unanswered_since: 7,
    ...change,
  }) as Chat;

// spec: A-1
it("an own chat waits for an answer until the agent has read what the visitor wrote", () => {
  expect(waitsSince("mine", chat({}), false)).toBe(7);
  expect(waitsSince("mine", chat({ agent_read_seq: 4 }), false)).toBeNull();
  expect(waitsSince("mine", chat({ unanswered_since: null }), false)).toBeNull();
});

// spec: A-3
it("a chat of another agent waits for an answer, read or not, before a supervisor alone", () => {
  expect(waitsSince("others", chat({ agent_read_seq: 4 }), true)).toBe(7);
  expect(waitsSince("others", chat({}), false)).toBeNull();
  expect(waitsSince("others", chat({ last_message: { ...LAST, from: "system" } }), true)).toBe(7);
  expect(waitsSince("others", chat({ unanswered_since: null }), true)).toBeNull();
});

// spec: A-1
it("who stands in the queue waits since they came into it", () => {
  expect(waitsSince("waiting", chat({ state: "queued" }), false)).toBe(3);
});
