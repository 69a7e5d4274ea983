import { describe, expect, it } from "vitest";
import type { Message, VisitorChat } from "../api/wire";
import { newState, step as stepState } from "./chat/state";
import { newSession, type Session, step } from "./session";

const ended: VisitorChat = {
  id: "c1",
  state: "ended",
  last_seq: 0,
  agent_read_seq: 0,
  visitor_read_seq: 0,
  agent_delivered_seq: 0,
  visitor_delivered_seq: 0,
  files: true,
  survey: "rating",
  transcript: "offered",
};
const over = (chat: Partial<VisitorChat> = {}): Session => ({
  ...newSession(),
  link: "up",
  window: "open",
  chat: { ...ended, ...chat },
});

describe("after the end of a chat", () => {
  // spec: Q-10
  it("sends what the visitor thought, once, and again after a lost connection", () => {
    const event = { type: "rated", rating: 4, comment: "Kind", now: 1 } as const;
    const [rated, frames] = step(over(), event);
    expect(frames).toEqual([{ type: "rate", chat: "c1", rating: 4, comment: "Kind" }]);
    expect(step(rated, event)[1]).toEqual([]);
    const [, again] = step(rated, {
      type: "noticed",
      now: 2,
      notice: {
        type: "welcome",
        v: 1,
        token: "t",
        visit: "v",
        poll_interval_s: 10,
        signals: { scroll_percents: [], exit: false, inactivity_s: null },
        styling: {
          color: "#0f766e",
          logo_url: null,
          position: "end",
          title: "",
          greeting: "",
          launcher: "round",
          launcher_label: "",
        },
        open: true,
        offer: null,
        chat: ended,
      },
    });
    expect(again).toContainEqual(frames[0]);
    const [settled] = step(rated, {
      type: "noticed",
      now: 3,
      notice: { type: "chat", chat: { ...ended, rated: true } },
    });
    expect(settled.pending).toEqual([]);
  });

  // spec: P-7
  it("asks for the transcript only where it is offered", () => {
    const event = { type: "transcript_wanted", email: "a@b.example", now: 1 } as const;
    expect(step(over({ transcript: undefined }), event)[1]).toEqual([]);
    const [promised, frames] = step(over(), event);
    expect(frames).toEqual([{ type: "transcript", chat: "c1", email: "a@b.example" }]);
    expect(promised.chat?.transcript).toBe("promised");
  });

  // spec: P-7
  it("ends nothing while the address given with the question is wrong", () => {
    const state = newState(over({ state: "active" }), 1, "", true);
    const [asked] = stepState(state, { type: "end_asked", now: 1 });
    const [typed] = stepState(asked, { type: "email_typed", text: "nobody" });
    const [wrong, effects] = stepState(typed, { type: "end_confirmed", now: 2 });
    expect(wrong.confirming && wrong.email_wrong).toBe(true);
    expect(effects.some((effect) => effect.do === "dispatch")).toBe(false);
    const [right] = stepState(wrong, { type: "email_typed", text: "kari@visitor.example" });
    const [, last] = stepState(right, { type: "end_confirmed", now: 3 });
    const sent = last.flatMap((effect) => (effect.do === "dispatch" ? [effect.event.type] : []));
    expect(sent).toEqual(["transcript_wanted", "left"]);
  });

  // spec: X-6
  it("counts what the team wrote in the numbers and not as a gap", () => {
    const message = (seq: number, more: Partial<Message>): Message => ({
      seq,
      id: `m${seq}`,
      from: "agent",
      name: "Alice",
      text: "Hello",
      at: seq,
      ...more,
    });
    let session = over({ state: "active" });
    const hidden = message(2, { id: "hidden-2", from: "system", name: "", text: "" });
    for (const next of [message(1, {}), hidden, message(3, {})]) {
      const [after, frames] = step(session, {
        type: "noticed",
        now: 1,
        notice: { type: "message", chat: "c1", message: next },
      });
      expect(frames).toEqual([]);
      session = after;
    }
    expect(session.messages).toHaveLength(3);
  });
});
