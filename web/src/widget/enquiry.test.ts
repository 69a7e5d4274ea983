import { describe, expect, it } from "vitest";
import type { Field, InsteadOfChat, VisitorChat, VisitorNotice } from "../api/wire";
import { type Effect, type Event, newState, type State, screen, step as stepState } from "./chat/state";
import { messageOf } from "./enquiry";
import { kept, newSession, type Session, type SessionEvent, step } from "./session";

const field = (key: string, type: Field["type"], required: boolean): Field => ({
  key,
  type,
  required,
  label: { en: key },
  help: {},
  choices: [],
});
const instead: InsteadOfChat = {
  reason: "out_of_hours",
  alternative: { do: "enquiry" },
  queue: "q1",
  form: [field("email", "email", true), { ...field("message", "long_text", true), value: "Hello" }],
};
const waiting: VisitorChat = {
  id: "c1",
  state: "queued",
  last_seq: 0,
  agent_delivered_seq: 0,
  agent_read_seq: 0,
  visitor_delivered_seq: 0,
  visitor_read_seq: 0,
  files: false,
};
const ended: VisitorChat = { ...waiting, state: "ended", ended_by: "system", instead };
const send: SessionEvent = {
  type: "enquiry_sent",
  id: "e1",
  answers: { email: "a@b.example", message: "Hello" },
  now: 5,
};

function play(start: Session, ...events: (SessionEvent | VisitorNotice)[]): [Session, unknown[]] {
  let frames: unknown[] = [];
  let s = start;
  for (const event of events) {
    const known = ["enquiry_sent", "opened", "closed", "disconnected", "ticked"].includes(event.type);
    const told = known
      ? (event as SessionEvent)
      : { type: "noticed" as const, notice: event as VisitorNotice, now: 1 };
    [s, frames] = step(s, told);
  }
  return [s, frames];
}

const asked = (): Session =>
  play(newSession(), { type: "opened", tab: 1, now: 1 }, { type: "alternative", ...instead })[0];

describe("an enquiry", () => {
  it("is sent to the queue that was named, once at a time", () => {
    // spec: Q-6
    const [s, frames] = play(asked(), send);
    expect(frames).toEqual([{ type: "send_enquiry", id: "e1", queue: "q1", answers: send.answers }]);
    expect(s.enquiry).toMatchObject({ id: "e1", state: "sending" });
    expect(play(s, { ...send, id: "e2" })[1]).toEqual([]);
  });

  it("names the chat that ended for it", () => {
    // spec: Q-5
    const [s] = play(newSession(), { type: "chat", chat: waiting }, { type: "chat", chat: ended });
    expect(play(s, send)[1]).toEqual([
      { type: "send_enquiry", id: "e1", queue: "q1", chat: "c1", answers: send.answers },
    ]);
  });

  it("is sent again after a reconnect, under the same id, however late", () => {
    // spec: Q-6
    const [s] = play(asked(), send, { type: "disconnected" }, { type: "ticked", now: 10_000_000 });
    expect(kept(s).pending.map((p) => p.frame)).toEqual([
      { type: "send_enquiry", id: "e1", queue: "q1", answers: send.answers },
    ]);
  });

  it("is over once the server has it", () => {
    const [s] = play(asked(), send, { type: "enquiry_taken", id: "e1" });
    expect(s).toMatchObject({ pending: [], enquiry: { state: "taken" } });
    expect(play(s, send)[1]).toEqual([]);
    expect(play(s, { type: "closed", now: 2 })[0]).toMatchObject({ enquiry: null, alternative: null });
  });

  it("can be mended when a field, or all of it, was refused", () => {
    const field_errors = { email: "invalid" };
    const [wrong] = play(asked(), send, { type: "enquiry_refused", id: "e1", field_errors });
    expect(wrong).toMatchObject({ pending: [], enquiry: { state: "refused", errors: field_errors } });
    expect(play(wrong, { ...send, id: "e2" })[1]).toHaveLength(1);
    const too_many = { type: "refused", id: "e1", code: "too_many", detail: "" } as const;
    expect(play(asked(), send, too_many)[0].enquiry).toMatchObject({ state: "refused", code: "too_many" });
  });
});

describe("an enquiry whose form was changed while it was filled in", () => {
  const again: VisitorNotice = {
    type: "alternative",
    ...instead,
    reason: "no_agent",
    form: [...(instead.form ?? []), field("order", "text", true)],
  };
  const refusal: VisitorNotice = {
    type: "enquiry_refused",
    id: "e1",
    field_errors: { order: "required" },
  };
  const show = (state: State, session: Session): State => stepState(state, { type: "shared", session })[0];
  const answer = (state: State, key: string, value: string): State =>
    stepState(state, { type: "answered", key, value })[0];

  // spec: Q-2 Q-6
  it("shows the new field at once, beside what was typed", () => {
    const [filled] = play(asked(), send);
    let typed = answer(show(newState(newSession(), 1, "", true), filled), "email", "a@b.example");
    typed = answer(typed, "message", "Hello there");
    const [told] = play(filled, again);
    const [refused] = play(told, refusal);
    const shown = show(show(typed, told), refused);
    expect(shown).toMatchObject({
      answers: { email: "a@b.example", message: "Hello there" },
      errors: { order: "required" },
    });
    const [, effects] = stepState(answer(shown, "order", "17"), {
      type: "form_submitted",
      id: "e2",
      now: 5,
    });
    const answers = { email: "a@b.example", message: "Hello there", order: "17" };
    expect(effects).toEqual([{ do: "dispatch", event: { type: "enquiry_sent", id: "e2", answers, now: 5 } }]);
  });

  // spec: Q-6
  it("stays away from a visitor who has closed the window meanwhile", () => {
    const [closed] = play(asked(), send, { type: "closed", now: 2 });
    const [told] = play(closed, again, refusal);
    expect(told).toMatchObject({ window: "closed", alternative: null, enquiry: null, pending: [] });
    const [asking] = play(closed, { type: "opened", tab: 2, now: 3 }, again);
    expect(asking).toMatchObject({ window: "open", asking: 0, alternative: { tab: 2 } });
  });

  // spec: Q-5 Q-6
  it("shows the new field where the wait has ended without a chat too", () => {
    const [filled] = play(newSession(), { type: "chat", chat: waiting }, { type: "chat", chat: ended }, send);
    const typed = answer(show(newState(newSession(), 1, "", true), filled), "email", "a@b.example");
    const form = [...(instead.form ?? []), field("order", "text", true)];
    const [told] = play(filled, { type: "chat", chat: { ...ended, instead: { ...instead, form } } }, refusal);
    expect(show(typed, told)).toMatchObject({
      answers: { email: "a@b.example", message: "Hello" },
      errors: { order: "required" },
    });
  });
});

describe("the enquiry form", () => {
  const start = (session: Session): State => shared(newState(newSession(), 1, "", true), session)[0];
  const shared = (state: State, session: Session): [State, Effect[]] =>
    stepState(state, { type: "shared", session });

  it("begins with what was filled in before", () => {
    const state = start(asked());
    expect(screen(state)).toBe("alternative");
    expect(state.answers).toEqual({ message: "Hello" });
  });

  it("shows what is wrong at the field, and sends what is right", () => {
    // spec: Q-2 Q-6
    const submit: Event = { type: "form_submitted", id: "e1", now: 5 };
    const [wrong, effects] = stepState(start(asked()), submit);
    expect(wrong.errors).toEqual({ email: "required" });
    expect(effects).toEqual([{ do: "focus", on: "field", key: "email" }]);
    const [typed] = stepState(wrong, { type: "answered", key: "email", value: " a@b.example " });
    expect(stepState(typed, submit)[1]).toEqual([{ do: "dispatch", event: send }]);
  });

  it("shows what the server found wrong", () => {
    const [refused] = play(asked(), send, {
      type: "enquiry_refused",
      id: "e1",
      field_errors: { email: "too_long" },
    });
    expect(shared(start(asked()), refused)[0].errors).toEqual({ email: "too_long" });
  });
});

describe("a wait that ended", () => {
  const to: InsteadOfChat = { ...instead, alternative: { do: "url", url: "https://shop.example/contact" } };
  const [queued] = play(newSession(), { type: "chat", chat: waiting });
  const [gone] = play(queued, { type: "chat", chat: { ...ended, instead: to } });
  const go = (state: State, s: Session) =>
    stepState(state, { type: "shared", session: s })[1].filter((effect) => effect.do === "go");
  const state = (s: Session, visible: boolean) =>
    stepState(newState(newSession(), 1, "", visible), { type: "shared", session: s })[0];

  it("leads to the other page at once, in the tab in front only", () => {
    // spec: Q-5
    expect(go(state(queued, true), gone)).toEqual([{ do: "go", url: "https://shop.example/contact" }]);
    expect(go(state(queued, false), gone)).toEqual([]);
  });

  it("does not lead there again from the page it led to", () => {
    expect(go(state(newSession(), true), gone)).toEqual([]);
    expect(screen(state(gone, true))).toBe("alternative");
  });
});

// spec: Q-6 N-5
it("the text instead of a chat is in the visitor's language where there is one", () => {
  const message = { text: "Come again", texts: { de: "Kommen Sie wieder", fr: "" } };
  expect(["de", "DE-at", "de_DE", "fr", "it"].map((tag) => messageOf(message, tag))).toEqual([
    "Kommen Sie wieder",
    "Kommen Sie wieder",
    "Kommen Sie wieder",
    "Come again",
    "Come again",
  ]);
  expect(messageOf({ text: "Come again" }, "de")).toBe("Come again");
  const austrian = { text: "Come again", texts: { "de-AT": "Kommen S' wieder", gsw: "Chömed Si wider" } };
  expect(["DE-at", "gsw-CH", "de"].map((tag) => messageOf(austrian, tag))).toEqual([
    "Kommen S' wieder",
    "Chömed Si wider",
    "Come again",
  ]);
});
