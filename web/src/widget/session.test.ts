import { describe, expect, it } from "vitest";
import type { Message, VisitorChat, VisitorNotice } from "../api/wire";
import { look } from "./look";
import { kept, newSession, type SessionEvent, step } from "./session";
import {
  active,
  chatting,
  from_agent,
  heard,
  launched,
  offer,
  offered,
  play,
  say,
  welcome,
} from "./session-play";
import { held } from "./transcript";

describe("the form", () => {
  const form: VisitorChat = { ...active, state: "form", form: [] };
  const send: SessionEvent = { type: "form_sent", answers: { name: "Sam" }, now: 1_000 };
  const filling = () => play(newSession(), welcome({ chat: form }))[0];

  it("is sent once, and once more after a reconnect until the server has answered", () => {
    const frame = { type: "send_form", chat: "c1", answers: { name: "Sam" } };
    const [s, sent] = play(filling(), send, { type: "disconnected" }, welcome({ chat: form }));
    expect(sent).toEqual([frame, frame]);
    const [queued] = play(s, { type: "chat", chat: { ...active, state: "queued" } });
    expect(queued.pending).toEqual([]);
  });

  it("shows what the server refused", () => {
    const [s] = play(filling(), send, {
      type: "form_refused",
      chat: "c1",
      field_errors: { name: "too_long" },
    });
    expect(s).toMatchObject({ form_errors: { name: "too_long" }, pending: [] });
  });

  it("says that it could not be sent, and can be sent again", () => {
    const [s] = play(filling(), send, { type: "refused", code: "too_many", detail: "" });
    expect(s).toMatchObject({ form_failed: true, pending: [], chat: { state: "form" } });
    expect(play(s, send)[0]).toMatchObject({ form_failed: false, pending: [{}] });
  });

  it("says so too when no answer has come for long", () => {
    const [s] = play(filling(), send, { type: "ticked", now: 70_000 });
    expect(s).toMatchObject({ form_failed: true, pending: [] });
  });

  // spec: Q-7
  it("that comes too late finds the chat ended, and a new one can be asked for", () => {
    const [s] = play(filling(), send, { type: "refused", code: "chat_closed", detail: "" });
    expect(s).toMatchObject({
      chat: { state: "ended", ended_by: "system" },
      form_failed: false,
      window: "open",
    });
    const [anew, sent] = play(s, { type: "restarted", tab: 1, now: 2 });
    expect(sent).toEqual([{ type: "open_chat" }]);
    expect(play(anew, { type: "chat", chat: { ...form, id: "c2" } })[0].chat?.id).toBe("c2");
  });

  it("is not ended by the refusal of what concerns an earlier chat", () => {
    const [s] = play(filling(), { type: "refused", code: "chat_closed", detail: "" });
    expect(s.chat?.state).toBe("form");
  });

  it("is given up by closing the window, for good", () => {
    const [s, sent] = play(filling(), { type: "closed", now: 1_000 }, { type: "chat", chat: form });
    expect(sent).toEqual([{ type: "end_chat", chat: "c1" }]);
    expect(s).toMatchObject({ chat: null, window: "closed" });
  });
});

describe("a message of the visitor", () => {
  it("is kept until it is acknowledged, and then stands once in its place", () => {
    // spec: X-1
    const [s, sent] = play(chatting(), say("m1"));
    expect(sent).toEqual([{ type: "say", chat: "c1", id: "m1", text: "m1" }]);
    expect(kept(s).unsent).toHaveLength(1);
    const [after] = play(
      s,
      { type: "ack", chat: "c1", id: "m1", seq: 1 },
      { type: "ack", chat: "c1", id: "m1", seq: 1 },
    );
    expect(after.unsent).toEqual([]);
    expect(after.messages).toMatchObject([{ seq: 1, id: "m1", from: "visitor" }]);
  });

  it("is sent again after a reconnect with the same id, in the same order", () => {
    // spec: X-1 Q-7
    const [s] = play(chatting(), say("m1"), say("m2"), { type: "disconnected" });
    const [, sent] = play(s, welcome({ chat: active }));
    expect(sent.map((f) => f.type === "say" && f.id)).toEqual(["m1", "m2"]);
  });

  it("survives a reload of the page", () => {
    // spec: Q-7
    const [s] = play(chatting(), say("m1"));
    const [, sent] = play(newSession(JSON.parse(JSON.stringify(kept(s)))), welcome({ chat: active }));
    expect(sent).toEqual([{ type: "say", chat: "c1", id: "m1", text: "m1" }]);
  });

  it("is not doubled when it comes back as a message before its acknowledgement", () => {
    const echo: Message = { seq: 1, id: "m1", from: "visitor", name: "", text: "m1", at: 1 };
    const [s] = play(chatting(), say("m1"), heard(echo), { type: "ack", chat: "c1", id: "m1", seq: 1 });
    expect(s.messages).toEqual([echo]);
    expect(s.unsent).toEqual([]);
  });

  it("that is refused waits for the visitor's decision", () => {
    const [s] = play(chatting(), say("m1"), { type: "refused", id: "m1", code: "too_many", detail: "" });
    expect(s.unsent[0]).toMatchObject({ id: "m1", refused: "too_many" });
    expect(play(s, welcome({ chat: active }))[1]).toEqual([]);
    expect(play(s, { type: "retried", id: "m1", now: 2 })[1]).toEqual([
      { type: "say", chat: "c1", id: "m1", text: "m1" },
    ]);
    expect(play(s, { type: "discarded", id: "m1" })[0].unsent).toEqual([]);
  });

  // spec: Q-7
  it("that finds the chat ended ends it here too, though nothing has told so", () => {
    const [s] = play(chatting(), say("m1"), { type: "refused", id: "m1", code: "chat_closed", detail: "" });
    expect(s).toMatchObject({
      chat: { state: "ended", ended_by: "system" },
      unsent: [{ refused: "chat_closed" }],
    });
    const told = {
      ...active,
      state: "ended" as const,
      ended_by: "system" as const,
      survey: "thumbs" as const,
    };
    expect(play(s, { type: "chat", chat: told })[0].chat?.survey).toBe("thumbs");
  });

  it("is not taken when the chat has ended, and never goes to another chat", () => {
    const [ended, sent] = play(chatting(), { type: "chat", chat: { ...active, state: "ended" } }, say("m1"));
    expect(sent).toEqual([]);
    expect(ended.unsent).toEqual([]);
    const [s] = play(chatting(), say("m1"), { type: "disconnected" });
    expect(play(s, welcome({ chat: { ...active, id: "c2" } }))[1]).toEqual([]);
  });

  it("is limited in number while the server is away", () => {
    const many = Array.from({ length: 150 }, (_, i) => say(`m${i}`));
    expect(play(chatting(), { type: "disconnected" }, ...many)[0].unsent).toHaveLength(100);
  });
});

describe("messages that arrive", () => {
  it("stand in the order of their numbers, each once", () => {
    // spec: X-1
    const [s] = play(
      chatting(),
      heard(from_agent(2)),
      heard(from_agent(1)),
      heard(from_agent(2)),
      heard(from_agent(3)),
    );
    expect(s.messages.map((m) => m.seq)).toEqual([1, 2, 3]);
    expect(held(s)).toBe(3);
  });

  it("with a gap before them make the browser ask for what is missing, once", () => {
    const [s, sent] = play(chatting(), heard(from_agent(1)), heard(from_agent(4)), heard(from_agent(5)));
    expect(sent).toEqual([{ type: "resume", chat: "c1", after: 1 }]);
    expect(play(s, heard(from_agent(2)), heard(from_agent(3)))[0].messages).toHaveLength(5);
  });

  it("that never came are asked for when the chat names a higher number", () => {
    const tick: SessionEvent = { type: "ticked", now: 2_000 };
    const [s, sent] = play(chatting(), { type: "chat", chat: { ...active, last_seq: 2 } }, tick, tick);
    expect(sent).toEqual([{ type: "resume", chat: "c1", after: 0 }]);
    expect(play(s, { type: "disconnected" }, tick)[1]).toEqual([]);
  });

  it("start anew after a reset", () => {
    const [s] = play(
      chatting(),
      heard(from_agent(1)),
      { type: "reset", chat: "c1" },
      heard(from_agent(1, "new")),
    );
    expect(s.messages).toMatchObject([{ seq: 1, text: "new" }]);
  });

  it("of another chat are not shown", () => {
    expect(play(chatting(), { type: "message", chat: "c9", message: from_agent(1) })[0].messages).toEqual([]);
  });

  it("count as unread until they are read, and reading is told once", () => {
    const [s] = play(chatting(), heard(from_agent(1)), heard(from_agent(2)));
    expect(look(s).unread).toBe(2);
    const [read, sent] = play(s, { type: "read", seq: 2 }, { type: "read", seq: 2 });
    expect(look(read).unread).toBe(0);
    expect(sent).toEqual([{ type: "read", chat: "c1", seq: 2 }]);
  });

  // spec: Q-10
  it("count too when they warn that the chat is about to close, and nothing else of the system does", () => {
    const of_system = (seq: number, text: string): Message => ({ ...from_agent(seq, text), from: "system" });
    const [s] = play(
      chatting(),
      heard(of_system(1, "agent_joined")),
      heard(from_agent(2)),
      heard(of_system(3, "idle_warning")),
    );
    expect(look(s).unread).toBe(2);
    expect(look(play(s, { type: "read", seq: 3 })[0]).unread).toBe(0);
  });

  it("say who is typing, where the server does", () => {
    const typing = { type: "typing", chat: "c1" } as const;
    expect(play(chatting(), { ...typing, name: "Bob" })[0].typing_name).toBe("Bob");
    expect(play(chatting(), { ...typing, name: "Bob" }, typing)[0].typing_name).toBe("");
  });

  it("end the typing indicator, as time does", () => {
    const [s] = play(chatting(), { type: "typing", chat: "c1" });
    expect([s.typing_at, s.typing_name]).toEqual([1_000, ""]);
    expect(play(s, { type: "typing", chat: "c1", name: "Bob" })[0].typing_name).toBe("Bob");
    expect(play(s, heard(from_agent(1)))[0].typing_at).toBe(0);
    expect(play(s, { type: "ticked", now: 9_000 })[0].typing_at).toBe(0);
  });
});

describe("the chat", () => {
  it("that an agent begins opens the window", () => {
    // spec: P-9
    expect(play(newSession(), welcome(), { type: "chat", chat: active })[0].window).toBe("open");
  });

  it("that an agent begins opens the window that an earlier chat left minimised, and leaves a declined offer's alone", () => {
    // spec: P-9 P-2
    const [over] = play(
      chatting(),
      { type: "minimised" },
      { type: "noticed", notice: { type: "chat", chat: { ...active, state: "ended" } }, now: 1 },
    );
    const next = { ...active, id: "c2" };
    expect(play(over, { type: "chat", chat: next })[0].window).toBe("open");
    expect(play(newSession(kept(over)), welcome({ chat: next }))[0].window).toBe("open");
    const [declined] = play(
      newSession(),
      welcome({ offer }),
      { type: "rejected", now: 1 },
      { type: "minimised" },
    );
    expect(play(declined, { type: "chat", chat: active })[0].window).toBe("minimised");
  });

  it("is not minimised where there is nothing to minimise", () => {
    // spec: P-9
    expect(play(newSession(), welcome(), { type: "minimised" })[0].window).toBe("closed");
  });

  it("stays minimised over pages and tabs", () => {
    // spec: P-2 Q-7
    const [s] = play(chatting(), { type: "minimised" });
    expect(play(newSession(kept(s)), welcome({ chat: active }))[0].window).toBe("minimised");
  });

  it("that the visitor leaves ends at once, and what was on its way does not bring it back", () => {
    // spec: P-7
    const [s, sent] = play(chatting(), { type: "left", now: 1 }, { type: "chat", chat: active });
    expect(sent).toEqual([{ type: "end_chat", chat: "c1" }]);
    expect(s.chat).toMatchObject({ state: "ended", ended_by: "visitor" });
  });

  it("is left again after a reconnect when the server has not heard of it", () => {
    const [s] = play(
      chatting(),
      { type: "disconnected" },
      { type: "left", now: 1 },
      { type: "closed", now: 1 },
    );
    const [after, sent] = play(s, welcome({ chat: active }));
    expect(sent).toContainEqual({ type: "end_chat", chat: "c1" });
    expect(after.chat).toBeNull();
  });

  it("that ended stays on the screen until it is put away, also when the server forgets it", () => {
    const [s] = play(chatting(), heard(from_agent(1)), { type: "disconnected" }, welcome());
    expect(s.chat).toMatchObject({ state: "ended" });
    expect(s.messages).toHaveLength(1);
    const [closed] = play(s, { type: "closed", now: 1 });
    expect(closed).toMatchObject({ chat: null, messages: [], window: "closed" });
    expect(play(closed, welcome({ chat: { ...active, state: "ended" } }))[0].chat).toBeNull();
  });

  it("that is over does not take the window back from the one that an offer began", () => {
    const over: VisitorNotice = { type: "chat", chat: { ...active, state: "ended", ended_by: "agent" } };
    const next: VisitorNotice = { type: "chat", chat: { ...active, id: "c2" } };
    const yes: SessionEvent = { type: "accepted", tab: 1, now: 1_000 };
    const [s, sent] = play(chatting(), over, { type: "offer", offer, tab: null }, yes, next, over);
    expect(sent).toEqual([{ type: "accept", presentation: "p1" }]);
    expect(s).toMatchObject({ chat: { id: "c2", state: "active" }, window: "open" });
  });

  it("can be followed by a new one", () => {
    const [s, sent] = play(
      chatting(),
      { type: "chat", chat: { ...active, state: "ended", ended_by: "agent" } },
      { type: "restarted", tab: 1, now: 1_000 },
      { type: "chat", chat: { ...active, id: "c2", state: "queued" } },
    );
    expect(sent).toEqual([{ type: "open_chat" }]);
    expect(s.chat?.id).toBe("c2");
    expect(s.window).toBe("open");
  });

  it("takes the read marks of the agent, never backwards", () => {
    const [s] = play(chatting(), { type: "read", chat: "c1", seq: 5 }, { type: "read", chat: "c1", seq: 3 });
    expect(s.chat?.agent_read_seq).toBe(5);
  });
});

describe("a welcome", () => {
  it("closes a window that has nothing left to show", () => {
    expect(play(newSession({ window: "open" }), welcome())[0].window).toBe("closed");
  });

  it("is no consent: whoever opens the minimised window after a no has the invitation again", () => {
    // spec: P-2
    const no: SessionEvent = { type: "rejected", now: 1_000 };
    const [s, sent] = play(offered(), no, { type: "opened", tab: 1, now: 2_000 });
    expect(s).toMatchObject({ window: "open", declined: offer, asking: 0 });
    expect(sent).toEqual([{ type: "reject", presentation: "p1" }]);
    const asked = play(s, { type: "closed", now: 3_000 }, { type: "opened", tab: 1, now: 4_000 });
    expect(asked[1], "a window that was closed is the launcher's again").toEqual([
      { type: "open_chat", declined: "p1" },
    ]);
  });

  it("leaves the window open on the invitation that is maximised there", () => {
    // spec: P-2
    const no: SessionEvent = { type: "rejected", now: 1_000 };
    const [s] = play(offered(), no, { type: "maximised", tab: 1, now: 2_000 }, welcome());
    expect(s).toMatchObject({ window: "open", declined: offer });
    const [anew] = play(s, { type: "offer", offer: { ...offer, id: "p2" }, tab: null }, welcome());
    expect(anew).toMatchObject({ window: "closed", offer: null });
  });

  it("brings token, styling and availability", () => {
    const [s] = play(newSession(), welcome({ open: false }));
    expect(s).toMatchObject({ token: "t1", link: "up", available: false });
    expect(play(s, { type: "availability", open: true })[0].available).toBe(true);
  });

  it("under another token keeps nothing of the person before", () => {
    // spec: X-6
    const [before] = play(newSession(), welcome({ chat: active }), heard(from_agent(1)), {
      type: "said",
      id: "m1",
      text: "my order",
      now: 1,
    });
    const [s, sent] = play(before, welcome({ token: "t2" }));
    expect(s).toMatchObject({ token: "t2", chat: null, messages: [], unsent: [], window: "closed" });
    expect(sent).toEqual([]);
  });

  it("from a newer server may be followed by notices that this widget does not know", () => {
    const [s] = play(newSession(), welcome());
    const unknown = { type: "confetti" } as unknown as VisitorNotice;
    expect(step(s, { type: "noticed", notice: unknown, now: 1 })).toEqual([s, []]);
  });
});

// spec: P-9 P-10
describe("a window that opens by itself at launch", () => {
  const open = () => play(newSession(), welcome(), { type: "chat", chat: launched })[0];

  it("opens, stays with the visitor, and is a chat like any other once somebody has written", () => {
    expect(open().window).toBe("open");
    const [session] = play(open(), { type: "chat", chat: { ...active, last_seq: 1 } }, heard(from_agent(1)));
    expect([session.window, session.messages.length]).toEqual(["open", 1]);
    const [ended] = play(session, { type: "chat", chat: { ...active, state: "ended", ended_by: "agent" } });
    expect([ended.window, ended.chat?.state]).toEqual(["open", "ended"]);
  });

  it("goes by itself when nobody came, also when that was while the connection was away", () => {
    const over: VisitorNotice = { type: "chat", chat: { ...launched, state: "ended", ended_by: "system" } };
    for (const notice of [over, welcome()]) {
      const [session, sent] = play(open(), notice);
      expect([session.window, session.chat, sent]).toEqual(["closed", null, []]);
    }
    const [minimised] = play(open(), { type: "minimised" }, over);
    expect([minimised.window, minimised.chat]).toEqual(["closed", null]);
  });

  it("is closed by the visitor at once, and does not come back with what was on its way", () => {
    const [session, sent] = play(open(), { type: "closed", now: 1 }, { type: "chat", chat: launched });
    expect([session.window, session.chat]).toEqual(["closed", null]);
    expect(sent).toEqual([{ type: "end_chat", chat: "c1" }]);
  });
});
