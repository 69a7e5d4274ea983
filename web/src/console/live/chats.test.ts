import { describe, expect, it } from "vitest";
import type { Chat } from "../../api/wire";
import { groupChats, slotsTaken, upsertChat } from "./chats";

const ME = "me";

function chat(id: string, change: Partial<Chat>): Chat {
  return {
    id,
    site_id: "s",
    queue: { id: "q", name: "Sales" },
    visitor_id: "v",
    visit_id: "w",
    visitor_name: id,
    mode: "invite",
    state: "queued",
    agent: null,
    guests: [],
    watchers: [],
    call: null,
    owner_epoch: 1,
    requested_at: 0,
    queued_at: 0,
    ring_due_at: null,
    priority: 0,
    wait_due_at: null,
    answered_at: null,
    ended_at: null,
    ended_by: null,
    wrapped_up: false,
    wrap_up_due_at: null,
    idle_close_at: null,
    noted: { disposition: "", tags: [], note: "" },
    rating: null,
    screen_pop: null,
    answers: [],
    last_seq: 0,
    visitor_read_seq: 0,
    agent_read_seq: 0,
    visitor_delivered_seq: 0,
    agent_delivered_seq: 0,
    last_message: null,
    unanswered_since: null,
    visitor_present: true,
    page: null,
    presentation_id: null,
    rule: null,
    offer: null,
    ...change,
  };
}

const me = { id: ME, name: "Alice" };
const bob = { id: "bob", name: "Bob" };

describe("the list of chats", () => {
  it("puts each chat where the agent looks for it", () => {
    const groups = groupChats(
      [
        chat("rings-bob", { state: "ringing", agent: bob, queued_at: 1 }),
        chat("waits", { queued_at: 5 }),
        chat("waits-longer", { queued_at: 3 }),
        chat("rings-later", { state: "ringing", agent: me, ring_due_at: 20 }),
        chat("rings-first", { state: "ringing", agent: me, ring_due_at: 10 }),
        chat("mine", { state: "active", agent: me }),
        chat("bobs", { state: "active", agent: bob }),
        chat("done", { state: "ended", agent: me }),
        chat("bobs-done", { state: "ended", agent: bob }),
        chat("form", { state: "form" }),
      ],
      ME,
    );
    const ids = Object.fromEntries(
      Object.entries(groups).map(([name, list]) => [name, list.map((one: Chat) => one.id)]),
    );
    expect(ids).toEqual({
      ringing: ["rings-first", "rings-later"],
      mine: ["mine"],
      wrap_up: ["done"],
      waiting: ["rings-bob", "waits-longer", "waits"],
      form: ["form"],
      others: ["bobs"],
    });
  });

  it("puts who waits for an answer first, the longest wait on top", () => {
    const wrote = (id: string, unanswered_since: number, change: Partial<Chat> = {}) =>
      chat(id, { state: "active", agent: me, answered_at: 1, last_seq: 3, unanswered_since, ...change });
    const last = { name: "", text: "", file: null, at: 40 };
    const { mine } = groupChats(
      [
        chat("quiet", { state: "active", agent: me, answered_at: 0 }),
        wrote("late", 30, { last_message: { ...last, from: "visitor" } }),
        wrote("early", 20, { last_message: { ...last, from: "agent" } }),
        wrote("read", 10, { agent_read_seq: 3, answered_at: 2 }),
      ],
      ME,
    );
    expect(mine.map(({ id }) => id)).toEqual(["early", "late", "quiet", "read"]);
  });

  // spec: X-2
  it("counts the slots of an agent with what rings and what is not wrapped up, without what they joined", () => {
    const call = { from: bob, to: me, note: "", due_at: 9 };
    const chats = [
      chat("rings", { state: "ringing", agent: me }),
      chat("form", { state: "form", agent: me }),
      chat("mine", { state: "active", agent: me }),
      chat("ended", { state: "ended", agent: me }),
      chat("handed", { state: "active", agent: bob, call: { ...call, purpose: "transfer" } }),
      chat("asked", { state: "active", agent: bob, call: { ...call, purpose: "invite" } }),
      chat("joined", { state: "active", agent: bob, guests: [me] }),
      chat("done", { state: "ended", agent: me, wrapped_up: true }),
      chat("waits", {}),
    ];
    expect(slotsTaken(chats, ME)).toBe(5);
  });

  it("takes a chat off once it is wrapped up, and never adds one that is", () => {
    const held = [chat("a", { state: "ended", agent: me })];
    expect(upsertChat(held, chat("a", { state: "ended", agent: me, wrapped_up: true }))).toEqual([]);
    expect(upsertChat([], chat("b", { state: "ended", wrapped_up: true }))).toEqual([]);
  });

  it("never lets counters run backwards when a late answer comes in", () => {
    const held = [
      chat("a", { state: "active", agent: me, last_seq: 9, agent_read_seq: 9, visitor_read_seq: 4 }),
    ];
    const late = chat("a", { state: "active", agent: me, last_seq: 7, agent_read_seq: 6 });
    expect(upsertChat(held, late)[0]).toMatchObject({ last_seq: 9, agent_read_seq: 9, visitor_read_seq: 4 });
    const handed_on = chat("a", { state: "active", agent: bob, owner_epoch: 2, last_seq: 7 });
    expect(upsertChat(held, handed_on)[0]).toMatchObject({ agent: bob, last_seq: 9 });
  });
});
