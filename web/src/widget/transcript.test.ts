import { expect, it } from "vitest";
import type { Message, VisitorNotice } from "../api/wire";
import { newSession } from "./session";
import { active, chatting, from_agent, heard, play, welcome } from "./session-play";
import { lastMove } from "./transcript";

const of_system = (seq: number, text: string): Message => ({ ...from_agent(seq, text), from: "system" });

it("tells who waits that they were passed on or moved to another queue, whichever was last", () => {
  // spec: Q-5 Q-9
  const waiting = welcome({ chat: { ...active, state: "queued" } });
  const moves = (...messages: Message[]) => lastMove(play(newSession(), waiting, ...messages.map(heard))[0]);
  expect(moves(from_agent(1, "queue_moved"), of_system(2, "agent_joined"))).toBeNull();
  expect(moves(of_system(1, "queue_moved"))).toBe("queue_moved");
  expect(moves(of_system(1, "transferred"), from_agent(2))).toBe("transferred");
  expect(moves(of_system(1, "transferred"), of_system(2, "queue_moved"))).toBe("queue_moved");
  expect(moves(of_system(1, "queue_moved"), of_system(2, "transferred"))).toBe("transferred");
});

// spec: Q-8 X-1
it("tells what was read over a lost connection once it is back", () => {
  const [down] = play(chatting(), heard(from_agent(1)), { type: "disconnected" }, { type: "read", seq: 1 });
  const [, frames] = play(down, welcome({ chat: { ...active, last_seq: 1 } }), {
    type: "ticked",
    now: 2_000,
  });
  expect(frames).toContainEqual({ type: "read", chat: "c1", seq: 1 });
});

// spec: Q-8 Q-9
it("ends the typing of the agent whose message it is, and of whoever has no name", () => {
  const by = (name: string): VisitorNotice => heard({ ...from_agent(1), name });
  const typing_at = (name: string | undefined, message: VisitorNotice) =>
    play(chatting(), { type: "typing", chat: "c1", name }, message)[0].typing_at;
  expect(typing_at("Bob", by("Alice"))).toBe(1_000);
  expect(typing_at("Bob", by("Bob"))).toBe(0);
  expect(typing_at(undefined, by("Alice"))).toBe(0);
  expect(typing_at(undefined, heard(of_system(1, "agent_joined")))).toBe(1_000);
});
