import { expect, it } from "vitest";
import type { Chat } from "../../api/wire";
import { waitsSince } from "./items";

const WROTE = { from: "visitor", name: "", text: "Hello?", file: null, at: 7 } as const;
const chat = (change: Partial<Chat>) =>
  ({ state: "active", queued_at: 3, last_seq: 4, agent_read_seq: 2, last_message: WROTE, ...change }) as Chat;

// spec: A-1
it("an own chat waits for an answer until the agent has read what the visitor wrote", () => {
  expect(waitsSince("mine", chat({}), false)).toBe(7);
  expect(waitsSince("mine", chat({ agent_read_seq: 4 }), false)).toBeNull();
});

// spec: A-3
it("a chat of another agent waits for an answer, read or not, before a supervisor alone", () => {
  expect(waitsSince("others", chat({ agent_read_seq: 4 }), true)).toBe(7);
  expect(waitsSince("others", chat({}), false)).toBeNull();
  expect(waitsSince("others", chat({ last_message: { ...WROTE, from: "agent" } }), true)).toBeNull();
});

// spec: A-1
it("who stands in the queue waits since they came into it", () => {
  expect(waitsSince("waiting", chat({ state: "queued" }), false)).toBe(3);
});
