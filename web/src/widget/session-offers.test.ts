import { describe, expect, it } from "vitest";
import { look } from "./look";
import { kept, newSession, type SessionEvent, step } from "./session";
import { active, offer, offered, play, welcome } from "./session-play";

describe("an offer", () => {
  it("opens the window and asks the server when it is accepted", () => {
    // spec: O-5
    const [s, sent] = play(offered(), { type: "accepted", tab: 7, now: 1_000 });
    expect(sent).toEqual([{ type: "accept", presentation: "p1" }]);
    expect(s).toMatchObject({ offer: null, window: "open", asking: 7 });
  });

  it("is accepted once however often the visitor clicks", () => {
    // spec: O-10
    const click: SessionEvent = { type: "accepted", tab: 7, now: 1_000 };
    expect(play(offered(), click, click)[1]).toHaveLength(1);
  });

  it("is gone when it is rejected, the window stays minimised, and maximising shows it again", () => {
    // spec: O-6 P-2
    const [s, sent] = play(offered(), { type: "rejected", now: 1_000 });
    expect(sent).toEqual([{ type: "reject", presentation: "p1" }]);
    expect(s).toMatchObject({ offer: null, window: "minimised", declined: offer });
    const [after_reload] = play(newSession(kept(s)), welcome());
    expect(after_reload).toMatchObject({ offer: null, window: "minimised", declined: offer });
    const [again] = play(after_reload, { type: "maximised", tab: 1, now: 2_000 });
    expect(again).toMatchObject({ window: "open", declined: offer });
  });

  it("that was declined and is then wanted leads to its own queue, though the outcome is final", () => {
    // spec: P-2 P-3 O-10
    const [s] = play(
      offered(),
      { type: "rejected", now: 1_000 },
      { type: "settled", presentation: "p1", outcome: "rejected" },
    );
    const [, sent] = play(
      s,
      { type: "maximised", tab: 1, now: 2_000 },
      { type: "accepted", tab: 1, now: 2_000 },
    );
    expect(sent).toEqual([{ type: "open_chat", declined: "p1" }]);
  });

  it("that another tab rejected leaves this session too", () => {
    // spec: O-6
    const [s] = play(offered(), { type: "settled", presentation: "p1", outcome: "rejected" });
    expect(s).toMatchObject({ offer: null, window: "minimised" });
  });

  it("folds into the launcher when it counts as ignored, and the launcher accepts it late", () => {
    // spec: O-7
    const [s] = play(offered(), { type: "settled", presentation: "p1", outcome: "ignored" });
    expect(look(s).folded).toBe(true);
    const [, sent] = play(s, { type: "opened", tab: 1, now: 2_000 });
    expect(sent).toEqual([{ type: "accept", presentation: "p1" }]);
  });

  it.each(["accepted", "passively_ignored", "withdrawn"] as const)("goes when it is %s", (outcome) => {
    const [s] = play(offered(), { type: "settled", presentation: "p1", outcome });
    expect(s).toMatchObject({ offer: null, window: "closed" });
  });

  it("does not come back with a reconnect while its rejection is on its way, and the rejection is sent again", () => {
    // spec: O-6 O-10
    const [s, sent] = play(
      offered(),
      { type: "rejected", now: 1_000 },
      { type: "disconnected" },
      welcome({ offer }),
    );
    expect(s.offer).toBeNull();
    expect(sent).toEqual([
      { type: "reject", presentation: "p1" },
      { type: "reject", presentation: "p1" },
    ]);
  });

  it("keeps its own outcome when the settling of another one arrives", () => {
    expect(play(offered(), { type: "settled", presentation: "p0", outcome: "rejected" })[0].offer).toEqual(
      offer,
    );
  });
});

describe("asking for a chat", () => {
  const open: SessionEvent = { type: "opened", tab: 3, now: 1_000 };

  it("is repeated after a reconnect while it is still meant, and dropped when it is stale", () => {
    const [waiting] = play(newSession(), welcome(), open, { type: "disconnected" });
    expect(play(waiting, welcome())[1]).toEqual([{ type: "open_chat" }]);
    expect(step(waiting, { type: "noticed", notice: welcome(), now: 100_000 })[1]).toEqual([]);
  });

  it("fails visibly when no answer comes", () => {
    const [s] = play(newSession(), welcome(), open, { type: "ticked", now: 30_000 });
    expect(s).toMatchObject({ asking: 0, failed: true, pending: [] });
  });

  it("fails visibly when the server refuses it", () => {
    const [s] = play(newSession(), welcome(), open, { type: "refused", code: "not_found", detail: "" });
    expect(s).toMatchObject({ asking: 0, failed: true });
  });

  it("is answered by a chat", () => {
    const [s] = play(newSession(), welcome(), open, {
      type: "chat",
      chat: { ...active, state: "form", form: [] },
    });
    expect(s).toMatchObject({ asking: 0, pending: [], window: "open" });
  });

  it("is answered by an alternative, in the tab that asked", () => {
    // spec: O-11 Q-6
    const [s] = play(newSession(), welcome(), open, {
      type: "alternative",
      reason: "no_agent",
      alternative: { do: "message", text: "Later" },
      queue: "q1",
    });
    expect(s).toMatchObject({ asking: 0, window: "open", alternative: { tab: 3, reason: "no_agent" } });
    expect(play(s, { type: "closed", now: 1 })[0]).toMatchObject({ alternative: null, window: "closed" });
  });
});
