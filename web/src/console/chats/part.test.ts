import { describe, expect, it } from "vitest";
import type { Chat } from "../../api/wire";
import { partOf, ringDue } from "./part";

const alice = { id: "alice", name: "Alice" };
const bob = { id: "bob", name: "Bob" };
const active = {
  state: "active",
  agent: alice,
  guests: [],
  watchers: [],
  call: null,
  ring_due_at: null,
} as unknown as Chat;

describe("what somebody is in a chat", () => {
  // spec: Q-9
  it("lets the owner write, hand on and end", () => {
    expect(partOf(active, { id: "alice", role: "agent" })).toMatchObject({
      owner: true,
      writes: true,
      notes: true,
      decides: true,
    });
  });

  // spec: Q-9
  it("lets a guest write and not decide", () => {
    const joined = { ...active, guests: [bob] };
    expect(partOf(joined, { id: "bob", role: "agent" })).toMatchObject({
      guest: true,
      writes: true,
      decides: false,
    });
  });

  // spec: Q-9
  it("lets a supervisor whisper and decide without writing to the visitor", () => {
    const part = partOf(active, { id: "sue", role: "supervisor" });
    expect(part).toMatchObject({ writes: false, notes: true, decides: true });
  });

  // spec: X-6
  it("lets nobody else do anything", () => {
    const part = partOf(active, { id: "bob", role: "agent" });
    expect(part).toMatchObject({ writes: false, notes: false, decides: false });
  });

  it("rings at whom it is offered to", () => {
    const call = { purpose: "transfer" as const, from: alice, to: bob, note: "", due_at: 90 };
    expect(ringDue({ ...active, call }, "bob")).toBe(90);
    expect(ringDue({ ...active, call }, "alice")).toBeNull();
  });
});
