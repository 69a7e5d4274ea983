import { describe, expect, it } from "vitest";
import type { Field, Message, PresentedOffer, VisitorChat } from "../../api/wire";
import { newSession, type Session } from "../session";
import { formReady, validate } from "./filling";
import { type Effect, type Event, newState, type State, screen, shownOffer, step } from "./state";

const field = (key: string, type: Field["type"], required: boolean): Field => ({
  key,
  type,
  required,
  label: { en: key },
  help: {},
  choices: [],
});
const chat = (state: VisitorChat["state"], over: Partial<VisitorChat> = {}): VisitorChat => ({
  id: "c1",
  state,
  last_seq: 0,
  agent_read_seq: 0,
  visitor_read_seq: 0,
  agent_delivered_seq: 0,
  visitor_delivered_seq: 0,
  files: true,
  ...over,
});
const form = [field("name", "text", true), field("mail", "email", false), field("ok", "consent", true)];
const offer = { id: "p1", presented_at: 0, folded: false } as PresentedOffer;
const message = (seq: number): Message => ({
  seq,
  id: `a${seq}`,
  from: "agent",
  name: "Alice",
  text: "Hello",
  at: 0,
});

const session = (over: Partial<Session> = {}): Session => ({
  ...newSession(),
  link: "up",
  window: "open",
  ...over,
});

function play(start: State, ...events: Event[]): [State, Effect[]] {
  let state = start;
  const effects: Effect[] = [];
  for (const event of events) {
    const [next, more] = step(state, event);
    state = next;
    effects.push(...more);
  }
  return [state, effects];
}

const start = (over: Partial<Session> = {}): State =>
  play(newState(newSession(), 1, "", true), { type: "shared", session: session(over) })[0];
const dispatched = (effects: Effect[]) => effects.flatMap((e) => (e.do === "dispatch" ? [e.event] : []));

describe("the screen", () => {
  it.each([
    [{ window: "closed" as const, chat: chat("active") }, "none"],
    [{ window: "minimised" as const, chat: chat("active") }, "none"],
    [{ asking: 1 }, "asking"],
    [{ failed: true }, "failed"],
    [{ declined: offer }, "invite"],
    [{ chat: chat("form") }, "form"],
    [{ chat: chat("queued") }, "queue"],
    [{ chat: chat("ringing") }, "queue"],
    [{ chat: chat("active") }, "conversation"],
    [{ chat: chat("ended") }, "ended"],
    [{ chat: chat("ended"), offer }, "ended"],
    [{ failed: true, offer }, "invite"],
    [{ offer }, "invite"],
  ])("of %o is %s", (over, expected) => {
    expect(screen(start(over))).toBe(expected);
  });
});

describe("an offer", () => {
  it("stands on the page unless it is folded, a chat is running, or the window is open", () => {
    // spec: O-4 O-7
    expect(shownOffer(start({ window: "closed", offer }))).toBe(offer);
    expect(shownOffer(start({ window: "minimised", offer }))).toBe(offer);
    expect(shownOffer(start({ window: "closed", offer: { ...offer, folded: true } }))).toBeNull();
    expect(shownOffer(start({ window: "closed", offer, chat: chat("queued") }))).toBeNull();
    expect(shownOffer(start({ window: "open", offer }))).toBeNull();
  });

  it("is read out once over all tabs and pages, and takes no focus", () => {
    // spec: N-5
    const blank = newState(newSession(), 1, "", true);
    const [state, effects] = play(blank, { type: "shared", session: session({ window: "closed", offer }) });
    expect(state.status).toEqual({ say: "offer", offer });
    expect(dispatched(effects)).toEqual([{ type: "announced", presentation: "p1" }]);
    expect(effects.some((e) => e.do === "focus")).toBe(false);
    const told = session({ window: "closed", offer, announced: "p1" });
    expect(play(blank, { type: "shared", session: told })[0].status).toBeNull();
  });

  it("waits to be read out until its page is in front", () => {
    const hidden = newState(newSession(), 1, "", false);
    const [state, effects] = play(hidden, { type: "shared", session: session({ window: "closed", offer }) });
    expect(dispatched(effects)).toEqual([]);
    expect(dispatched(play(state, { type: "seen", visible: true })[1])).toHaveLength(1);
  });
});

describe("the survey of one chat", () => {
  it("leaves nothing behind for the next one's, which begins while none is there", () => {
    const rated: Event[] = [
      { type: "rating_chosen", rating: 1 },
      { type: "commented", text: "Slow" },
    ];
    const [state] = play(
      start({ chat: chat("ended", { survey: "rating" }) }),
      ...rated,
      { type: "shared", session: session({ asking: 1 }) },
      { type: "shared", session: session({ chat: chat("ended", { id: "c2", survey: "rating" }) }) },
    );
    expect(state).toMatchObject({ rating: null, comment: "" });
  });
});

describe("the focus", () => {
  const closed = () => start({ window: "closed" });

  it("moves into the window in the tab where the visitor opened it, and nowhere else", () => {
    // spec: N-5
    const shared = session({ opener: 1, chat: chat("active") });
    expect(play(closed(), { type: "shared", session: shared })[1]).toContainEqual({
      do: "focus",
      on: "composer",
    });
    const elsewhere = play(closed(), { type: "shared", session: { ...shared, opener: 2 } })[1];
    expect(elsewhere.some((e) => e.do === "focus")).toBe(false);
  });

  it("follows the visitor from screen to screen, and back to the launcher", () => {
    const [engaged] = play(closed(), { type: "shared", session: session({ opener: 1, asking: 1 }) });
    const [filling, first] = play(engaged, {
      type: "shared",
      session: session({ opener: 1, chat: chat("form", { form }) }),
    });
    expect(first).toContainEqual({ do: "focus", on: "field" });
    const [, last] = play(filling, { type: "shared", session: session({ opener: 1, window: "minimised" }) });
    expect(last).toContainEqual({ do: "focus", on: "launcher" });
  });

  it("is not taken by a message", () => {
    const [, effects] = play(start({ chat: chat("active") }), {
      type: "shared",
      session: session({ chat: chat("active"), messages: [message(1)] }),
    });
    expect(effects.some((e) => e.do === "focus")).toBe(false);
  });
});

describe("the form", () => {
  const filling = () => start({ chat: chat("form", { form }) });
  const answer = (key: string, value: string | boolean): Event => ({ type: "answered", key, value });
  const submit: Event = { type: "form_submitted", id: "e1", now: 5 };

  it("can be sent when every required field is filled in", () => {
    // spec: P-3
    const [half] = play(filling(), answer("name", "Sam"));
    expect(formReady(half)).toBe(false);
    expect(formReady(play(half, answer("ok", true))[0])).toBe(true);
    expect(formReady(play(half, answer("ok", true), answer("name", "  "))[0])).toBe(false);
  });

  it("sends trimmed answers and leaves out the empty ones", () => {
    const [, effects] = play(
      filling(),
      answer("name", " Sam "),
      answer("mail", " "),
      answer("ok", true),
      submit,
    );
    expect(dispatched(effects)).toEqual([{ type: "form_sent", answers: { name: "Sam", ok: true }, now: 5 }]);
  });

  it("shows an error at the field, and leads there, instead of sending", () => {
    const [state, effects] = play(
      filling(),
      answer("name", "Sam"),
      answer("mail", "sam@"),
      answer("ok", true),
      submit,
    );
    expect(state.errors).toEqual({ mail: "email" });
    expect(effects).toEqual([{ do: "focus", on: "field", key: "mail" }]);
    expect(play(state, answer("mail", "sam@a.example"))[0].errors).toEqual({});
  });

  it("checks a field when the visitor leaves it, but does not nag about empty ones", () => {
    const [state] = play(
      filling(),
      answer("mail", "x"),
      { type: "field_left", key: "mail" },
      { type: "field_left", key: "name" },
    );
    expect(state.errors).toEqual({ mail: "email" });
  });

  it("shows what the server found, at the field", () => {
    const refused = session({
      chat: chat("form", { form }),
      form_errors: { name: "too_long", mail: "invalid" },
    });
    const [state] = play(filling(), answer("mail", "a@b.example"), { type: "shared", session: refused });
    expect(state.errors).toEqual({ name: "too_long", mail: "invalid" });
  });

  it("starts with the values of a signed identity, and keeps what was typed when the session changes", () => {
    // spec: O-5 C-2
    const prefilled = chat("form", { form: [{ ...field("name", "text", true), value: "Sam" }] });
    const [state] = play(start({ chat: prefilled }), answer("name", "Samuel"), {
      type: "shared",
      session: session({ chat: prefilled, available: true }),
    });
    expect(start({ chat: prefilled }).answers).toEqual({ name: "Sam" });
    expect(state.answers).toEqual({ name: "Samuel" });
  });

  it("takes what a signed identity brings later, but nothing away from the visitor", () => {
    // spec: C-2
    const empty = chat("form", { form: [field("name", "text", true), field("mail", "email", true)] });
    const known = chat("form", {
      form: [
        { ...field("name", "text", true), value: "Sam" },
        { ...field("mail", "email", true), value: "sam@x.example" },
      ],
    });
    const shared = { type: "shared" as const, session: session({ chat: known }) };
    const [state] = play(start({ chat: empty }), answer("name", "Samuel"), shared);
    expect(state.answers).toEqual({ name: "Samuel", mail: "sam@x.example" });
    const [cleared] = play(state, answer("mail", ""), {
      ...shared,
      session: session({ chat: known, available: true }),
    });
    expect(cleared.answers).toEqual({ name: "Samuel", mail: "" });
  });

  it("keeps what was typed for the next form when it ended before it was sent", () => {
    // spec: O-5 Q-2
    const form = [
      field("name", "text", true),
      field("news", "checkbox", false),
      field("ok", "consent", true),
    ];
    const ended = { type: "shared" as const, session: session({ chat: chat("ended") }) };
    const next = chat("form", { id: "c2", form: [...form, field("mail", "email", true)] });
    const again = { type: "shared" as const, session: session({ chat: next }) };
    const typed = [answer("name", "Samuel"), answer("news", true), answer("ok", true)];
    const [kept] = play(start({ chat: chat("form", { form }) }), ...typed, ended, again);
    expect(kept.answers).toEqual({ name: "Samuel", news: true });
    const queued = { type: "shared" as const, session: session({ chat: chat("queued") }) };
    const [sent] = play(start({ chat: chat("form", { form }) }), ...typed, queued, ended, again);
    expect(sent.answers).toEqual({});
  });

  it("forgets draft and answers when the browser becomes another person's", () => {
    // spec: X-6
    const mine = start({ token: "a", chat: chat("active") });
    const [state] = play(mine, { type: "drafted", text: "my secret", now: 1 });
    const [other, effects] = step(state, { type: "shared", session: session({ token: "b" }) });
    expect(other.draft).toBe("");
    expect(effects).toContainEqual({ do: "keep_draft", text: "" });
  });

  it("is sent once", () => {
    const pending = [{ frame: { type: "send_form" as const, chat: "c1", answers: {} }, since: 0 }];
    const [state] = play(filling(), answer("name", "Sam"), answer("ok", true));
    const busy = play(state, {
      type: "shared",
      session: session({ chat: chat("form", { form }), pending }),
    })[0];
    expect(play(busy, submit)[1]).toEqual([]);
  });

  it.each([
    ["email", "a@b.example", null],
    ["email", "a@b", "email"],
    ["email", "a b@c.example", "email"],
    ["number", "12,5", null],
    ["number", "twelve", "number"],
    ["phone", "+47 22 00 00 00", null],
    ["phone", "call me", "phone"],
    ["text", "x".repeat(4_001), "too_long"],
    ["text", "", "required"],
  ] as const)("judges %s %j: %s", (type, value, expected) => {
    expect(validate(field("f", type, true), value)).toBe(expected);
  });
});

describe("the conversation", () => {
  const talking = (over: Partial<Session> = {}) => start({ chat: chat("active"), ...over });

  it("marks as read what is in front of the visitor, and only that", () => {
    const shared: Event = {
      type: "shared",
      session: session({ chat: chat("active"), messages: [message(1)] }),
    };
    expect(dispatched(play(talking(), shared)[1])).toEqual([{ type: "read", seq: 1 }]);
    const hidden = play(talking(), { type: "seen", visible: false }, shared);
    expect(dispatched(hidden[1])).toEqual([]);
    expect(dispatched(play(hidden[0], { type: "seen", visible: true })[1])).toEqual([
      { type: "read", seq: 1 },
    ]);
  });

  it("is announced, not read, while the window is minimised", () => {
    const away = talking({ window: "minimised" });
    const news = session({ window: "minimised", chat: chat("active"), messages: [message(1)] });
    const [state, effects] = play(away, { type: "shared", session: news });
    expect(state.status).toEqual({ say: "message", name: "Alice" });
    expect(dispatched(effects)).toEqual([]);
  });

  // spec: Q-10
  it("is announced as being about to close, and nothing else of the system is", () => {
    const away = talking({ window: "minimised" });
    const told = (text: string) => {
      const messages: Message[] = [{ ...message(1), from: "system", text }];
      return play(away, {
        type: "shared",
        session: session({ window: "minimised", chat: chat("active"), messages }),
      })[0].status;
    };
    expect(told("idle_warning")).toEqual({ say: "idle_warning" });
    expect(told("agent_joined")).toBeNull();
  });

  it("sends the draft, empties the composer and keeps nothing behind", () => {
    const [state, effects] = play(
      talking(),
      { type: "drafted", text: " Hello\nthere ", now: 1 },
      { type: "draft_sent", id: "m1", now: 2 },
    );
    expect(state.draft).toBe("");
    expect(dispatched(effects)).toContainEqual({ type: "said", id: "m1", text: "Hello\nthere", now: 2 });
    expect(effects).toContainEqual({ do: "keep_draft", text: "" });
  });

  it("sends nothing when there is nothing to send", () => {
    expect(
      play(talking(), { type: "drafted", text: "  ", now: 1 }, { type: "draft_sent", id: "m1", now: 2 })[0]
        .draft,
    ).toBe("  ");
  });

  it("tells the agent about typing at most every three seconds", () => {
    const keys = [5_000, 5_500, 7_000, 8_100].map((now): Event => ({ type: "drafted", text: "x", now }));
    expect(dispatched(play(talking(), ...keys)[1])).toEqual([{ type: "typed" }, { type: "typed" }]);
  });

  it("ends only after a confirmation", () => {
    // spec: P-7
    const [asked, nothing] = play(talking(), { type: "end_asked", now: 1 });
    expect(asked.confirming).toBe(true);
    expect(nothing).toEqual([]);
    expect(play(asked, { type: "end_declined" })[0].confirming).toBe(false);
    expect(dispatched(play(asked, { type: "end_confirmed", now: 2 })[1])).toEqual([{ type: "left", now: 2 }]);
  });

  it("that the agent ends takes the question away", () => {
    const [asked] = play(talking(), { type: "end_asked", now: 1 });
    expect(play(asked, { type: "shared", session: session({ chat: chat("ended") }) })[0].confirming).toBe(
      false,
    );
  });

  it("needs no confirmation when nothing is lost by closing", () => {
    for (const over of [{ chat: chat("ended") }, { chat: chat("form", { form }) }, { declined: offer }])
      expect(dispatched(play(start(over), { type: "end_asked", now: 1 })[1])).toEqual([
        { type: "closed", now: 1 },
      ]);
  });
});

describe("a picture shown large", () => {
  const file = { id: "f1", name: "chair.png", media_type: "image/png", bytes: 9, url: "/files/f1" };
  const viewing = () =>
    play(start({ chat: chat("active"), messages: [message(1)], read_seq: 1 }), {
      type: "picture_opened",
      file,
    })[0];

  // spec: Q-8
  it("covers what comes meanwhile, which counts as read once the picture is closed", () => {
    const arrived = session({ chat: chat("active"), messages: [message(1), message(2)], read_seq: 1 });
    const [viewed, meanwhile] = play(viewing(), { type: "shared", session: arrived });
    expect([viewed.viewed, dispatched(meanwhile)]).toEqual([file, []]);
    const [closed, effects] = play(viewed, { type: "picture_closed" });
    expect([closed.viewed, dispatched(effects)]).toEqual([null, [{ type: "read", seq: 2 }]]);
  });

  // spec: N-5
  it("gives the focus back to the picture, once", () => {
    const [closed, effects] = play(viewing(), { type: "picture_closed" });
    expect(effects).toEqual([{ do: "focus", on: "picture", key: "f1" }]);
    expect(play(closed, { type: "picture_closed" })[1]).toEqual([]);
  });

  // spec: Q-8
  it.each([
    ["stays when the chat ends", { chat: chat("ended") }, file],
    ["goes with the window", { chat: chat("active"), window: "minimised" as const }, null],
    ["goes with its chat", { chat: chat("active", { id: "c2" }) }, null],
    ["goes with the visitor", { chat: chat("active"), token: "another" }, null],
  ])("%s", (_, over, left) => {
    const mine = { ...viewing(), session: session({ chat: chat("active"), token: "mine" }) };
    const token = "token" in over ? over.token : "mine";
    const [shown] = play(mine, { type: "shared", session: session({ ...over, token }) });
    expect(shown.viewed).toEqual(left);
  });
});

describe("an alternative", () => {
  const instead = (url: string, tab: number) =>
    session({
      alternative: {
        type: "alternative",
        reason: "no_agent",
        alternative: { do: "url", url },
        queue: "q1",
        tab,
      },
    });
  const gone = (s: Session) =>
    play(start({ window: "closed" }), { type: "shared", session: s })[1].filter((e) => e.do === "go");

  it("leads to another page in the tab that asked", () => {
    // spec: Q-6
    expect(gone(instead("https://a.example/contact", 1))).toEqual([
      { do: "go", url: "https://a.example/contact" },
    ]);
    expect(gone(instead("https://a.example/contact", 2))).toEqual([]);
  });

  it("never leads to an address that runs code", () => {
    // spec: X-7
    expect(gone(instead("javascript:alert(1)", 1))).toEqual([]);
  });
});
