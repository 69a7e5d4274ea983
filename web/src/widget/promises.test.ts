import { describe, expect, it } from "vitest";
import type { VisitorChat, VisitorFrame, VisitorNotice } from "../api/wire";
import { kept, newSession, type Session, type SessionEvent, step } from "./session";
import { active, from_agent, heard, offer, play as playNotices, welcome } from "./session-play";

const refused: VisitorNotice = { type: "refused", code: "unavailable", detail: "" };
const tick = (now: number): SessionEvent => ({ type: "ticked", now });
const form: VisitorChat = { ...active, state: "form", form: [] };
const ended: VisitorChat = { ...active, state: "ended", ended_by: "agent", survey: "rating" };
const spoken: VisitorChat = { ...active, transcript: "offered" };
const instead = { reason: "no_agent", alternative: { do: "enquiry" }, queue: "q1", form: [] } as const;
const left: SessionEvent = { type: "left", now: 1_000 };
const closed: SessionEvent = { type: "closed", now: 1_000 };
const opened: SessionEvent = { type: "opened", tab: 1, now: 1_000 };
const enquiry: SessionEvent = { type: "enquiry_sent", id: "e1", answers: {}, now: 1_000 };
const wanted: SessionEvent = { type: "transcript_wanted", email: "kari@visitor.example", now: 1_000 };
const rated: SessionEvent = { type: "rated", rating: 4, comment: "", now: 1_000 };

const having = (chat: VisitorChat): Session => ({
  ...playNotices(newSession(), welcome())[0],
  window: "open",
  chat,
});
const offered = () => playNotices(newSession(), welcome({ offer }))[0];
const alone = () => playNotices(newSession(), welcome())[0];
const missed = () => playNotices(alone(), { type: "alternative", ...instead, form: [] })[0];

const own = ["enquiry_sent", "transcript_wanted", "rated"];

function play(start: Session, ...events: (SessionEvent | VisitorNotice)[]): [Session, VisitorFrame[]] {
  const sent: VisitorFrame[] = [];
  let session = start;
  for (const event of events) {
    const [next, frames] = own.includes(event.type)
      ? step(session, event as SessionEvent)
      : playNotices(session, event);
    session = next;
    sent.push(...frames);
  }
  return [session, sent];
}

const promised: [string, Session, SessionEvent][] = [
  ["leaving", having(active), left],
  ["closing the window", having(active), closed],
  ["a No", offered(), { type: "rejected", now: 1_000 }],
  ["a Yes", offered(), { type: "accepted", tab: 1, now: 1_000 }],
  ["the wish to chat", alone(), opened],
  ["the form", having(form), { type: "form_sent", answers: { name: "Kari" }, now: 1_000 }],
  ["an enquiry", missed(), enquiry],
  ["what the visitor thought", having(ended), rated],
  ["the wish for a transcript", having(spoken), wanted],
];

describe("while the server cannot do it", () => {
  // spec: X-3 P-7 Q-6
  it.each(promised)("%s is kept, and sent again ever more seldom until it is answered", (_, start, event) => {
    const [asked, first] = play(start, event);
    expect(first).toHaveLength(1);
    const [waits, early] = play(asked, refused, refused, tick(3_999));
    expect(early).toEqual([]);
    expect(waits).toMatchObject({ failed: false, form_failed: false, asking: asked.asking });
    const [again, sent] = play(waits, tick(4_000), refused, tick(5_000), tick(9_999), refused);
    expect(sent).toEqual(first);
    expect(play(again, tick(10_000))[1]).toEqual(first);
    expect(play(again, { type: "disconnected" }, welcome({ chat: start.chat }))[1]).toEqual(first);
  });

  // spec: X-3 P-7
  it("an end goes on being sent every 30 seconds, and the chat stays ended here, until the server has ended it", () => {
    let [s] = play(having(active), left, refused);
    const at: number[] = [];
    for (let now = 1_000; now < 200_000; now += 1_000) {
      const [next, sent] = play(s, tick(now), { type: "chat", chat: active });
      s = next;
      if (sent.length) at.push(now / 1_000);
    }
    expect(at).toEqual([4, 10, 22, 46, 76, 106, 136, 166, 196]);
    expect(s.chat).toMatchObject({ state: "ended", ended_by: "visitor" });
    const [over] = play(s, { type: "chat", chat: { ...active, state: "ended", ended_by: "visitor" } });
    expect(play(over, tick(226_000), tick(300_000))).toMatchObject([{ pending: [], again: null }, []]);
  });

  // spec: X-3 Q-6
  it("an enquiry that could not be stored is still being sent, and taken in the end", () => {
    const [waits] = play(missed(), enquiry, { ...refused, id: "e1" } as VisitorNotice);
    expect(waits.enquiry).toEqual({ id: "e1", state: "sending", errors: {} });
    const [again, sent] = play(waits, tick(4_000));
    expect(sent).toMatchObject([{ type: "send_enquiry", id: "e1" }]);
    const [taken] = play(again, { type: "enquiry_taken", id: "e1" });
    expect(taken).toMatchObject({ enquiry: { state: "taken" }, pending: [] });
  });

  // spec: X-3
  it("what was promised before goes before what is promised now", () => {
    const [, sent] = play(having(active), left, refused, { type: "restarted", tab: 1, now: 2_000 });
    expect(sent.map((frame) => frame.type)).toEqual(["end_chat", "end_chat", "open_chat"]);
  });

  // spec: X-3 X-8
  it("the welcome to each poll sends nothing again before its time", () => {
    const [waits] = play(having(active), left, refused);
    expect(play(waits, welcome({ chat: active }), welcome({ chat: active }))[1]).toEqual([]);
    expect(play(waits, welcome({ chat: active }), tick(4_000))[1]).toEqual([
      { type: "end_chat", chat: "c1" },
    ]);
  });

  // spec: X-3
  it("nothing is sent over a connection that is down", () => {
    const [, sent] = play(having(active), left, refused, { type: "disconnected" }, tick(10_000));
    expect(sent).toHaveLength(1);
  });

  // spec: X-1
  it("what is missing is asked for again, and what was read told again", () => {
    const ask = { type: "resume", chat: "c1", after: 1 };
    const [s, first] = play(
      having({ ...active, last_seq: 3 }),
      heard(from_agent(1)),
      { type: "read", seq: 1 },
      heard(from_agent(3)),
      refused,
      tick(3_000),
    );
    expect(first).toEqual([{ type: "read", chat: "c1", seq: 1 }, ask]);
    expect(play(s, tick(4_000), tick(5_000))[1]).toEqual([{ type: "read", chat: "c1", seq: 1 }, ask]);
  });
});

describe("a promise", () => {
  // spec: X-3
  it("is ended by any other refusal", () => {
    const [s] = play(alone(), opened, { type: "refused", code: "not_found", detail: "" });
    expect(s).toMatchObject({ pending: [], failed: true, asking: 0, again: null });
  });

  // spec: P-7
  it("to end a chat that was put away is kept until the server has ended it, and no longer", () => {
    const [s] = play(having(active), closed, { type: "chat", chat: active });
    expect(kept(s).pending).toHaveLength(1);
    expect(play(s, { type: "chat", chat: { ...active, state: "ended" } })[0].pending).toEqual([]);
    expect(play(s, { type: "chat", chat: { ...active, id: "c2" } })[0].pending).toEqual([]);
  });

  // spec: X-3 P-7
  it("to end a chat that comes back after it was put away is kept too", () => {
    const [s, sent] = play({ ...alone(), dismissed: "c1" }, welcome({ chat: active }), refused, tick(4_000));
    expect(sent).toEqual([
      { type: "end_chat", chat: "c1" },
      { type: "end_chat", chat: "c1" },
    ]);
    expect(kept(s).pending).toHaveLength(1);
  });

  // spec: Q-10 P-7
  it("of the end of a chat holds for an hour, the wish to chat for a minute", () => {
    const [rate] = play(having(ended), rated, wanted, tick(3_000_000));
    expect(rate.pending).toHaveLength(1);
    expect(play(rate, tick(3_700_000))[0].pending).toEqual([]);
    expect(play(alone(), opened, tick(70_000))[0]).toMatchObject({ pending: [], failed: true });
  });
});
