// @vitest-environment happy-dom
import { notifyManager } from "@tanstack/react-query";
import { act } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AgentOptions, SessionUser } from "../../api/rest";
import type { AgentNotice, Chat, Message } from "../../api/wire";
import { workspaceKeys } from "../api/workspace";
import { type Mounted, mount } from "../ui/mounted";
import { Console } from "./Console";

const mini = vi.hoisted(() => ({
  supported: true,
  open: true,
  pin: vi.fn(),
  front: vi.fn(),
  hasFocus: vi.fn(),
}));
const sounds = vi.hoisted(() => ({ play: vi.fn(), startRinging: vi.fn(), stopRinging: vi.fn() }));
vi.mock("../mini/MiniProvider", () => ({
  MiniProvider: ({ children }: { children: unknown }) => children,
  MiniPortal: () => null,
  useMini: () => mini,
}));
vi.mock("../live/sounds", async (original) => ({ ...(await original<object>()), ...sounds }));
vi.mock("../chats/ChatsPage", () => ({ ChatsPage: () => null }));

const USER = { id: "alice", name: "Alice", email: "alice@example.test", role: "agent" } as SessionUser;
const ALICE = { id: "alice", name: "Alice" };
const ELSEWHERE = "/nowhere";

const NEITHER: AgentOptions = { top_on_new_chat: false, top_on_new_message: false };
const CHATS_ALONE: AgentOptions = { ...NEITHER, top_on_new_chat: true };
const MESSAGES_ALONE: AgentOptions = { ...NEITHER, top_on_new_message: true };

function chat(id: string, name: string, change: Partial<Chat>): Chat {
  const seqs = { last_seq: 0, visitor_read_seq: 0, agent_read_seq: 0 };
  const delivered = { visitor_delivered_seq: 0, agent_delivered_seq: 0 };
  const nobody = { agent: null, guests: [], watchers: [], call: null, page: null, offer: null };
  const nothing = { last_message: null, unanswered_since: null, screen_pop: null, queued_at: 1 };
  const held = { id, visit_id: `${id}-visit`, visitor_name: name, owner_epoch: 1, wrapped_up: false };
  const queue = { id: "q1", name: "Sales" };
  const found = { ...held, ...nobody, ...nothing, ...seqs, ...delivered, queue, requested_at: 0 };
  return { ...found, priority: 0, ring_due_at: 60_000, ...change } as unknown as Chat;
}

const KARI = chat("kari", "Kari", { state: "active", agent: ALICE });

class FakeSocket {
  static OPEN = 1;
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  constructor() {
    socket = this;
  }
  send() {}
  close() {}
}

class Note {
  static permission = "granted";
  onclick: (() => void) | null = null;
  close = vi.fn();
  constructor(
    readonly title: string,
    readonly options: { body: string; requireInteraction: boolean },
  ) {
    notes.push(this);
  }
}

// What is heard is on screen once it was heard: that nothing comes of it can be told then.
notifyManager.setScheduler(queueMicrotask);

let socket: FakeSocket;
let notes: Note[];
let page: Mounted;
let focused: boolean;
const raised = vi.fn();

beforeEach(() => {
  notes = [];
  focused = true;
  vi.clearAllMocks();
  mini.hasFocus.mockReturnValue(false);
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("Notification", Note);
  vi.spyOn(window, "focus").mockImplementation(raised);
  vi.spyOn(document, "hasFocus").mockImplementation(() => focused);
  history.pushState({}, "", ELSEWHERE);
});

afterEach(async () => {
  await page.unmount();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const hear = (notice: AgentNotice) =>
  act(async () => socket.onmessage?.({ data: JSON.stringify(notice) }) as undefined);

/** Alice is signed in, talks with Kari, and looks at another page. */
async function openConsole(options: AgentOptions, chats: Chat[] = [KARI]) {
  const held = { options };
  page = await mount(<Console user={USER} />, ({ path }) => {
    if (path === "/me/options") return held.options;
    if (path.startsWith("/chats?")) return { items: chats, next: null };
    return path === "/enquiries/count" ? { open: 0 } : { items: [], next: null };
  });
  const since = { status: "ready", reason: "self", away_reason: null, since: 0 } as const;
  await hear({ type: "welcome", v: 1, user: USER, slots: 3, ...since });
  await page.until(() => page.client.isFetching() === 0);
  return { ...page, held };
}

const OLA = chat("ola", "Ola", { state: "ringing", agent: ALICE });
const SAID: Message = { seq: 1, id: "m1", from: "visitor", name: "Kari", text: "Hello?", at: 1 };

/** What happens, to whose chat, and what a notification of it says. */
const HAPPENINGS = {
  rings: { notice: { type: "chat", chat: OLA }, at: "ola", told: ["A visitor is waiting", "Ola"] },
  "is handed over": {
    notice: { type: "chat", chat: { ...OLA, state: "active" } },
    at: "ola",
    told: ["You have a new chat", "Ola"],
  },
  "gets a message": {
    notice: { type: "message", chat: "kari", message: SAID },
    at: "kari",
    told: ["Kari", "Hello?"],
  },
} satisfies Record<string, { notice: AgentNotice; at: string; told: [string, string] }>;

const told = () => notes.map(({ title, options }) => [title, options.body, options.requireInteraction]);

// spec: P-12 P-13
describe.each([
  ["no option on", NEITHER, []],
  ["only the option for new chats on", CHATS_ALONE, ["rings", "is handed over"]],
  ["only the option for new messages on", MESSAGES_ALONE, ["gets a message"]],
] as [string, AgentOptions, (keyof typeof HAPPENINGS)[]][])("with %s", (_, options, wanted) => {
  const cases = (Object.keys(HAPPENINGS) as (keyof typeof HAPPENINGS)[]).map(
    (name) =>
      [
        name,
        wanted.includes(name) ? "comes to the front" : "changes nothing",
        wanted.includes(name),
      ] as const,
  );

  it.each(cases)("a chat that %s %s while the console has the focus", async (name, _, comes) => {
    await openConsole(options);
    await hear(HAPPENINGS[name].notice);
    expect(location.pathname).toBe(comes ? `/chats/${HAPPENINGS[name].at}` : ELSEWHERE);
    expect([notes, mini.front.mock.calls, raised.mock.calls]).toEqual([[], [], []]);
  });

  it.each(cases)(
    "a chat that %s is told while it has not, and %s in the mini window; a click raises the tab",
    async (name, _, comes) => {
      await openConsole(options);
      focused = false;
      await hear(HAPPENINGS[name].notice);
      const { at, told: words } = HAPPENINGS[name];
      expect(told()).toEqual([[...words, comes]]);
      expect(mini.front.mock.calls).toEqual(comes ? [[at]] : []);
      expect([location.pathname, raised.mock.calls]).toEqual([ELSEWHERE, []]);
      await act(async () => notes[0]?.onclick?.());
      expect(raised).toHaveBeenCalledOnce();
      expect(location.pathname).toBe(`/chats/${at}`);
      expect(notes[0]?.close).toHaveBeenCalledOnce();
    },
  );

  it.each(cases)(
    "a chat that %s is not told to who works in the mini window, and %s there",
    async (name, _, comes) => {
      await openConsole(options);
      focused = false;
      mini.hasFocus.mockReturnValue(true);
      await hear(HAPPENINGS[name].notice);
      expect(mini.front.mock.calls).toEqual(comes ? [[HAPPENINGS[name].at]] : []);
      expect([notes, location.pathname]).toEqual([[], ELSEWHERE]);
    },
  );
});

// spec: P-12 P-13
it("does at once what the agent has chosen in another browser", async () => {
  const { client, held, until } = await openConsole(NEITHER);
  held.options = MESSAGES_ALONE;
  await hear({ type: "options_changed" });
  await until(() => client.getQueryData<AgentOptions>(workspaceKeys.options)?.top_on_new_message);
  await hear(HAPPENINGS.rings.notice);
  expect(location.pathname).toBe(ELSEWHERE);
  await hear(HAPPENINGS["gets a message"].notice);
  expect(location.pathname).toBe("/chats/kari");
});

const waits = (id: string) => chat(id, id, { state: "queued" });
const played = () => sounds.play.mock.calls.flat();

// spec: A-1
it("sounds when one more visitor waits, not for those who waited before, and not when one goes", async () => {
  await openConsole(NEITHER, [KARI, waits("nora")]);
  expect(played()).toEqual([]);
  await hear({ type: "chat", chat: waits("ola") });
  expect(played()).toEqual(["waiting"]);
  await hear({ type: "chat", chat: { ...waits("ola"), priority: 3 } });
  await hear({ type: "chat", chat: { ...waits("ola"), state: "ended", wrapped_up: true } });
  expect(played()).toEqual(["waiting"]);
  await hear({ type: "chat", chat: waits("eva") });
  expect(played()).toEqual(["waiting", "waiting"]);
});

// spec: A-1
it("rings for a chat that rings at the agent, until it does no longer, and sounds nothing else for it", async () => {
  await openConsole(NEITHER);
  sounds.stopRinging.mockClear();
  await hear({ type: "chat", chat: OLA });
  expect(sounds.startRinging).toHaveBeenCalled();
  expect(sounds.stopRinging).not.toHaveBeenCalled();
  await hear({ type: "chat", chat: { ...OLA, state: "active" } });
  expect(sounds.stopRinging).toHaveBeenCalled();
  expect(played()).toEqual([]);
});

// spec: A-1
it("sounds for a message in a chat that is not on screen, or while the console has not the focus", async () => {
  await openConsole(NEITHER);
  const said = (seq: number) =>
    hear({ type: "message", chat: "kari", message: { ...SAID, seq, id: `m${seq}` } });
  await said(1);
  expect(played()).toEqual(["message"]);
  await act(async () => history.pushState({}, "", "/chats/kari"));
  await said(2);
  expect(played()).toEqual(["message"]);
  focused = false;
  await said(3);
  expect(played()).toEqual(["message", "message"]);
});
