import { beforeEach, describe, expect, it, vi } from "vitest";
import type { SessionUser } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { createAlong, readUpTo, storedAlong } from "./along";
import { createLiveStore } from "./store";

const me = { id: "me", name: "Bob", role: "agent" } as SessionUser;
const alice = { id: "alice", name: "Alice" };
const chat = (change: Partial<Chat>) =>
  ({
    id: "c1",
    state: "active",
    agent: alice,
    guests: [],
    watchers: [],
    call: null,
    last_seq: 4,
    agent_read_seq: 2,
    ...change,
  }) as unknown as Chat;
const joined = (change: Partial<Chat> = {}) => chat({ guests: [me], ...change });

function start() {
  const store = createLiveStore([], storedAlong(me.id));
  return { along: createAlong(me, store), upTo: (one: Chat) => readUpTo(one, me, store.read().read_along) };
}

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

// spec: Q-9
describe("what a guest has read", () => {
  it("begins where they joined, and does not move when the owner reads", () => {
    const { along, upTo } = start();
    along.changed(chat({}), joined());
    expect(upTo(joined({ last_seq: 6, agent_read_seq: 6 }))).toBe(4);
    along.read("c1", 6);
    along.read("c1", 5);
    along.changed(joined(), joined({ last_seq: 7 }));
    expect(upTo(joined({ last_seq: 7 }))).toBe(6);
  });

  it("is the owner's mark for the owner, and nothing for who only watches", () => {
    const { upTo } = start();
    expect(upTo(chat({ agent: me }))).toBe(2);
    expect(upTo(chat({ watchers: [me] }))).toBeNull();
    expect(upTo(chat({}))).toBeNull();
  });

  it("outlives a reload, but not the chat, nor leaving it", () => {
    start().along.changed(undefined, joined());
    expect(start().upTo(joined({ last_seq: 8 }))).toBe(4);
    start().along.changed(chat({}), joined({ last_seq: 8 }));
    expect(start().upTo(joined({ last_seq: 9 }))).toBe(8);
    start().along.changed(joined(), chat({}));
    expect(storedAlong(me.id)).toEqual({});
    start().along.changed(undefined, joined());
    start().along.changed(joined(), joined({ state: "ended" }));
    expect(storedAlong(me.id)).toEqual({});
  });
});
