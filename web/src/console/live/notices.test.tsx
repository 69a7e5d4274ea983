// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SessionUser } from "../../api/rest";
import type { AgentNotice, Chat, Message } from "../../api/wire";
import { keys, useChat, useEnquiries, useOpenChats } from "../api/queries";
import { useOptions, workspaceKeys } from "../api/workspace";
import { type Mounted, mount } from "../ui/mounted";
import { connectLive, type Live } from "./client";

const USER = { id: "alice", name: "Alice", role: "agent" } as SessionUser;

class FakeSocket {
  static OPEN = 1;
  readyState = 1;
  onmessage: ((event: { data: string }) => void) | null = null;
  constructor() {
    socket = this;
  }
  send() {}
  close() {}
}

let socket: FakeSocket;
let page: Mounted;
let live: Live;
/** What was asked of the server; nothing is answered by itself. */
let asked: { path: string; answer(body: unknown): void }[];

function chat(id: string, change: Partial<Chat>): Chat {
  const seqs = { last_seq: 0, visitor_read_seq: 0, agent_read_seq: 0 };
  const delivered = { visitor_delivered_seq: 0, agent_delivered_seq: 0 };
  const nobody = { agent: null, guests: [], watchers: [], call: null };
  const nothing = { last_message: null, unanswered_since: null };
  const held = { id, visit_id: `${id}-visit`, state: "queued", owner_epoch: 1, wrapped_up: false };
  return { ...held, ...nobody, ...nothing, ...seqs, ...delivered, ...change } as unknown as Chat;
}

const ringing = { state: "ringing", agent: { id: "alice", name: "Alice" } } as const;

beforeEach(() => {
  asked = [];
  vi.stubGlobal("WebSocket", FakeSocket);
});

afterEach(async () => {
  live.close();
  await page.unmount();
  vi.unstubAllGlobals();
});

/** A console that shows this, whose connection stands as soon as it is told so. */
async function show(part: () => null): Promise<void> {
  const Part = part;
  page = await mount(<Part />, ({ path }) => new Promise((answer) => asked.push({ path, answer })));
  const nothing = () => undefined;
  const told = {
    onVisitorMessage: nothing,
    onHandedOver: nothing,
    onNotTaken: nothing,
    onSignedOut: nothing,
  };
  live = connectLive({ url: "wss://chat.example/live/agent", user: USER, queryClient: page.client, ...told });
}

const hear = (notice: AgentNotice) =>
  act(async () => socket.onmessage?.({ data: JSON.stringify(notice) }) as undefined);

const welcome = () =>
  hear({
    type: "welcome",
    v: 1,
    user: USER,
    slots: 3,
    status: "ready",
    reason: "self",
    away_reason: null,
    since: 0,
  });

async function answer(index: number, body: unknown): Promise<void> {
  await act(async () => asked[index]?.answer(body));
  await page.until(() => page.client.isFetching() === 0);
}

const list = (...items: Chat[]) => ({ items, next: null });

const Chats = () => {
  useOpenChats();
  return null;
};

const OneChat = () => {
  useChat("kari");
  return null;
};

const Enquiries = () => {
  useEnquiries({ site: "shop", state: null, queue: null, q: "" });
  return null;
};

const Options = () => {
  useOptions();
  return null;
};

const open = () => page.client.getQueryData<Chat[]>(keys.chats)?.map(({ id, state }) => `${id} ${state}`);

it("has in its first list a chat that began to ring while that was read", async () => {
  await show(Chats);
  await hear({ type: "chat", chat: chat("kari", ringing) });
  await answer(0, list());
  expect(open()).toEqual(["kari ringing"]);
});

it("puts nothing back with a list that is older than what was told meanwhile", async () => {
  await show(Chats);
  const kari = chat("kari", ringing);
  const ola = chat("ola", { state: "ended" });
  await answer(0, list(kari, ola));
  await welcome();
  await hear({ type: "chat", chat: { ...kari, state: "active" } });
  await hear({ type: "chat", chat: { ...ola, wrapped_up: true } });
  await hear({ type: "chat", chat: chat("nora", ringing) });
  await hear({ type: "read", chat: "kari", seq: 4 });
  await answer(1, list(kari, ola));
  expect(open()).toEqual(["kari active", "nora ringing"]);
  const [first] = page.client.getQueryData<Chat[]>(keys.chats) ?? [];
  expect(first?.visitor_read_seq).toBe(4);
});

it("takes the next list as it is once nothing was told meanwhile", async () => {
  await show(Chats);
  await hear({ type: "chat", chat: chat("kari", ringing) });
  await answer(0, list());
  await welcome();
  await answer(1, list());
  expect(open()).toEqual([]);
});

it("reads the list anew when the connection comes while the first one is on its way", async () => {
  await show(Chats);
  await welcome();
  expect(asked.map(({ path }) => path.replace(/\?.*/, ""))).toEqual(["/chats", "/chats"]);
  await answer(1, list(chat("kari", ringing)));
  await answer(0, list());
  expect(open()).toEqual(["kari ringing"]);
});

it("keeps what was told of the chat on screen while it was read", async () => {
  await show(OneChat);
  const kari = chat("kari", ringing);
  await hear({ type: "chat", chat: { ...kari, state: "active" } });
  await answer(0, kari);
  expect(page.client.getQueryData<Chat>(keys.chat("kari"))?.state).toBe("active");
});

it("reads the enquiries anew when one has changed while the first ones are on their way", async () => {
  await show(Enquiries);
  await hear({ type: "enquiry_changed", site: "shop" });
  expect(asked).toHaveLength(2);
});

// spec: P-12 P-13
it("reads the options anew when they were changed in another browser, also while the first ones are on their way", async () => {
  await show(Options);
  const held = () => page.client.getQueryData(workspaceKeys.options);
  const before = { top_on_new_chat: false, top_on_new_message: false };
  await hear({ type: "options_changed" });
  expect(asked.map(({ path }) => path)).toEqual(["/me/options", "/me/options"]);
  await answer(1, { ...before, top_on_new_chat: true });
  await answer(0, before);
  expect(held()).toEqual({ top_on_new_chat: true, top_on_new_message: false });
  await hear({ type: "options_changed" });
  await answer(2, { ...before, top_on_new_message: true });
  expect(held()).toEqual({ top_on_new_chat: false, top_on_new_message: true });
});

// spec: Q-8 Q-9
it("tells a colleague who writes from the visitor, until their message is there", async () => {
  await show(Chats);
  await answer(0, list(chat("kari", { state: "active" })));
  const bob = () => live.store.read().writing.kari?.name;
  await hear({ type: "typing", chat: "kari", name: "Bob" });
  expect([bob(), live.store.read().typing.kari]).toEqual(["Bob", undefined]);
  await hear({ type: "typing", chat: "kari", name: null });
  expect(live.store.read().typing.kari).toBeGreaterThan(0);
  const message = { seq: 1, id: "m1", from: "agent", name: "Bob", text: "Here it is", at: 1 } as const;
  await hear({ type: "message", chat: "kari", message });
  expect(bob()).toBeUndefined();
});

// spec: Q-6
it("counts the open enquiries anew when one has changed", async () => {
  await show(Chats);
  page.client.setQueryData(keys.enquiryCount, { open: 1 });
  await hear({ type: "enquiry_changed", site: "shop" });
  await page.until(() => page.client.getQueryState(keys.enquiryCount)?.isInvalidated);
});

// spec: A-3
it("knows since when a visitor has had no answer: from their first message after the last that an agent wrote them", async () => {
  await show(Chats);
  await answer(0, list(chat("kari", { state: "active" })));
  let seq = 0;
  const said = async (from: Message["from"], at: number, audience?: Message["audience"]) => {
    seq += 1;
    const text = from === "system" ? "guest_left" : "Hello";
    const message = { seq, id: `m${seq}`, from, name: "", text, at, ...(audience && { audience }) };
    await hear({ type: "message", chat: "kari", message });
    return page.client.getQueryData<Chat[]>(keys.chats)?.[0]?.unanswered_since;
  };
  expect(await said("visitor", 10)).toBe(10);
  expect(await said("visitor", 20)).toBe(10);
  expect(await said("visitor", 30)).toBe(10);
  expect(await said("agent", 40, "staff")).toBe(10);
  expect(await said("system", 50)).toBe(10);
  expect(await said("agent", 60)).toBeNull();
  expect(await said("agent", 70, "staff")).toBeNull();
  expect(await said("visitor", 80)).toBe(80);
  expect(await said("agent", 90, "all")).toBeNull();
});

// spec: A-3
it("makes nothing of a message that it has counted already", async () => {
  await show(Chats);
  await answer(0, list(chat("kari", { state: "active", last_seq: 5, unanswered_since: 50 })));
  const message = { seq: 4, id: "m4", from: "agent", name: "Bob", text: "Hello", at: 40 } as const;
  await hear({ type: "message", chat: "kari", message });
  expect(page.client.getQueryData<Chat[]>(keys.chats)?.[0]?.unanswered_since).toBe(50);
});

// spec: Q-6 A-1
it("asks again, over a new connection, for what may have changed while there was none", async () => {
  await show(Chats);
  await answer(0, list());
  const held = [
    [...keys.enquiries, "shop"],
    keys.enquiry("one"),
    keys.enquiryCount,
    keys.chat("kari"),
    workspaceKeys.options,
  ];
  for (const key of held) page.client.setQueryData(key, {});
  await welcome();
  await page.until(() => held.every((key) => page.client.getQueryState(key)?.isInvalidated));
});
