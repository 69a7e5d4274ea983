import { describe, expect, it } from "vitest";
import type { InsteadOfChat, Message, VisitorChat } from "../../api/wire";
import { newSession, type Session, step as stepSession } from "../session";
import { active, from_agent, offer, play as playSession, say, welcome } from "../session-play";
import { type Effect, type Event, newState, type State, screen, step } from "./state";

const waiting: VisitorChat = { ...active, state: "queued", position: 2, wait_s: 90 };
const instead: InsteadOfChat = {
  reason: "waited_too_long",
  alternative: { do: "enquiry" },
  queue: "q1",
  form: [{ key: "mail", type: "email", required: true, label: {}, help: {}, choices: [] }],
};
const ended: VisitorChat = { ...active, state: "ended", ended_by: "system", instead };
const by_system: Message = { ...from_agent(1), from: "system", name: "", text: "queue_moved" };
const from_visitor: Message = { ...from_agent(1), from: "visitor", name: "" };

const session = (chat: VisitorChat, ...messages: Message[]): Session => ({
  ...newSession(),
  link: "up",
  window: "open",
  chat,
  messages,
});
const show = (s: Session, before: State = newState(newSession(), 1, "", true)): [State, Effect[]] =>
  step(before, { type: "shared", session: s });
const dispatched = (effects: Effect[]) => effects.flatMap((e) => (e.do === "dispatch" ? [e.event] : []));

describe("a chat that waits again after it was passed on", () => {
  // spec: Q-9
  it.each([
    ["an agent", "conversation", from_agent(1)],
    ["the visitor", "conversation", from_visitor],
    ["nobody", "queue", by_system],
  ])("where %s has written in it, shows the %s", (_, expected, message) => {
    expect(screen(show(session(waiting, message))[0])).toBe(expected);
    expect(screen(show(session({ ...waiting, state: "ringing" }, message))[0])).toBe(expected);
  });

  // spec: Q-9
  it("takes what the visitor writes and sends", () => {
    const file = new File(["x"], "receipt.txt");
    const [state] = show(session(waiting, from_agent(1)));
    const [typed] = step(state, { type: "drafted", text: "Are you there?", now: 1 });
    const [sent, effects] = step(typed, { type: "draft_sent", id: "m1", now: 2 });
    expect(sent.draft).toBe("");
    expect(dispatched(effects)).toContainEqual({ type: "said", id: "m1", text: "Are you there?", now: 2 });
    const [attached] = step(state, { type: "files_chosen", files: [file], ids: ["f1"] });
    expect(attached.uploads).toHaveLength(1);
    const [queued] = playSession(newSession(), welcome({ chat: waiting }));
    expect(playSession(queued, say("m1"))[1]).toMatchObject([{ type: "say", chat: "c1", text: "m1" }]);
  });

  // spec: Q-9
  it("shows what the visitor wrote before it was passed on and the server does not have yet", () => {
    const unsent = [{ chat: "c1", id: "m1", text: "Hello", at: 1 }];
    expect(screen(show({ ...session(waiting), unsent })[0])).toBe("conversation");
  });

  it("takes neither the draft nor the focus away", () => {
    const [talking] = show({ ...session(active, from_agent(1)), opener: 1 });
    const [typed] = step(talking, { type: "drafted", text: "And the", now: 1 });
    const [passed_on, effects] = show({ ...session(waiting, from_agent(1)), opener: 1 }, typed);
    expect(passed_on.draft).toBe("And the");
    expect(effects.filter((effect) => effect.do === "focus")).toEqual([]);
  });
});

describe("a conversation that ends while it waits again", () => {
  // spec: Q-5 Q-9
  it("stays, with what there is instead below it", () => {
    expect(screen(show(session(ended, from_agent(1)))[0])).toBe("ended");
    expect(screen(show(session(ended, by_system))[0])).toBe("alternative");
  });

  // spec: Q-5 Q-6
  it("lets the visitor leave an enquiry", () => {
    const events: Event[] = [
      { type: "answered", key: "mail", value: "kari@visitor.example" },
      { type: "form_submitted", id: "e1", now: 5 },
    ];
    let state = show(session(ended, from_agent(1)))[0];
    let effects: Effect[] = [];
    for (const event of events) [state, effects] = step(state, event);
    const answers = { mail: "kari@visitor.example" };
    expect(dispatched(effects)).toEqual([{ type: "enquiry_sent", id: "e1", answers, now: 5 }]);
  });

  // spec: Q-10 P-7
  it("lets the visitor rate it and have it sent by e-mail", () => {
    const over = session({ ...ended, survey: "rating", transcript: "offered" }, from_agent(1));
    const rated = stepSession(over, { type: "rated", rating: 4, comment: "", now: 1 });
    expect(rated[1]).toMatchObject([{ type: "rate", rating: 4 }]);
    const [typed] = step(show(over)[0], { type: "email_typed", text: "kari@visitor.example" });
    expect(dispatched(step(typed, { type: "transcript_asked", now: 2 })[1])).toMatchObject([
      { type: "transcript_wanted", email: "kari@visitor.example" },
    ]);
  });

  // spec: P-2
  it("stays when the visitor says No to an offer beside it", () => {
    const message: InsteadOfChat = { ...instead, alternative: { do: "message", text: "Come again" } };
    const over = { ...session({ ...ended, instead: message }, from_agent(1)), offer };
    expect(screen(show(over)[0])).toBe("ended");
    const [declined] = stepSession(over, { type: "rejected", now: 1 });
    expect(declined).toMatchObject({ chat: { id: "c1" }, offer: null, window: "open" });
  });
});
