/** Owns the agent's live connection: commands out, notices into the Query cache and the live store. Draws nothing. */
import type { QueryClient } from "@tanstack/react-query";
import type { SessionUser } from "../../api/rest";
import type { AgentFrame, AgentNotice, AgentStatus, Chat, Message, RefusalCode } from "../../api/wire";
import { keys } from "../api/queries";
import { applyChat, applyMessages, applyRead, applyVisitPage, heldMessages, openChats } from "./cache";
import { contiguousSeq, hasGap } from "./messages";
import { type OutboxEntry, parseOutbox, unsent, withEntry, withoutEntry, withRefusal } from "./outbox";
import { openSocket, type Socket } from "./socket";
import { createLiveStore, type LiveStore } from "./store";

const ANSWER_WITHIN_MS = 10_000;
const TYPING_SHOWN_MS = 6_000;
const TYPING_EVERY_MS = 3_000;
const FOLLOW_EVERY_MS = 2_000;
const PAGE_WRITTEN_WITHIN_MS = 1_200;

/** The server, or the connection to it, did not carry out a command. */
export class LiveRefusal extends Error {
  constructor(
    readonly code: RefusalCode | "no_connection",
    detail: string,
  ) {
    super(detail);
    this.name = "LiveRefusal";
  }
}

export interface Live {
  store: LiveStore;
  accept(chat: string): Promise<void>;
  decline(chat: string): Promise<void>;
  /** Ends an active chat, or wraps up an ended one. */
  closeChat(chat: string): Promise<void>;
  setStatus(status: AgentStatus): Promise<void>;
  say(chat: Chat, text: string): void;
  /** Takes a refused message out of the outbox. */
  discard(id: string): void;
  typing(chat: string): void;
  read(chat: string, seq: number): void;
  follow(chat: string): void;
  /** Follows each of these chats that is not followed yet. */
  watch(chats: readonly string[]): void;
  unfollow(chat: string): void;
  retry(): void;
  close(): void;
}

export interface LiveOptions {
  url: string;
  user: SessionUser;
  queryClient: QueryClient;
  /** A visitor's message arrived in a chat of this agent. */
  onVisitorMessage(chat: Chat, message: Message): void;
  onSignedOut(): void;
}

type Command = Extract<AgentFrame, { ref: string }>;
type Unreferenced<T> = T extends unknown ? Omit<T, "ref"> : never;

export function connectLive(options: LiveOptions): Live {
  const { queryClient, user } = options;
  const outboxKey = `beckon.console.outbox.${user.id}`;
  const store = createLiveStore(parseOutbox(sessionStorage.getItem(outboxKey)));
  const pending = new Map<string, { done(): void; fail(error: LiveRefusal): void }>();
  const followed = new Map<string, number>();
  const typed = new Map<string, number>();
  const readTo = new Map<string, number>();

  const socket: Socket = openSocket(options.url, {
    opened: () => socket.send({ type: "hello", v: 1, chats: heldChats() }),
    notice,
    connecting: () => store.update({ connection: { state: "connecting" } }),
    waiting(retry_at) {
      failPending();
      store.update({ connection: { state: "waiting", retry_at } });
    },
    refused(code) {
      failPending();
      store.update({ connection: { state: "refused", code } });
      if (code === 4401) options.onSignedOut();
    },
  });
  const overdue = setInterval(renewWhenSilent, ANSWER_WITHIN_MS / 2);

  function heldChats(): { id: string; after: number }[] {
    const own = openChats(queryClient).filter(
      (chat) => chat.agent?.id === user.id && chat.state === "active",
    );
    const ids = new Set([...followed.keys(), ...own.map((chat) => chat.id)]);
    return [...ids].map((id) => ({ id, after: contiguousSeq(heldMessages(queryClient, id)) }));
  }

  function failPending(): void {
    for (const command of pending.values())
      command.fail(new LiveRefusal("no_connection", "The connection was lost."));
    pending.clear();
  }

  /** A message that stays without an acknowledgement on an open connection means that the connection is dead. */
  function renewWhenSilent(): void {
    const { connection, outbox } = store.read();
    const oldest = unsent(outbox)[0];
    if (
      connection.state === "open" &&
      oldest &&
      Date.now() - Math.max(oldest.at, sentAt) > ANSWER_WITHIN_MS
    ) {
      socket.renew();
    }
  }
  let sentAt = 0;

  function keepOutbox(outbox: OutboxEntry[]): void {
    sessionStorage.setItem(outboxKey, JSON.stringify(outbox));
    store.update({ outbox });
  }

  function transmit(entry: OutboxEntry): void {
    if (store.read().connection.state !== "open") return;
    sentAt = Date.now();
    socket.send({ type: "say", chat: entry.chat, id: entry.id, epoch: entry.epoch, text: entry.text });
  }

  function command(frame: Unreferenced<Command>): Promise<void> {
    const ref = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      if (!socket.send({ ...frame, ref } as Command)) {
        reject(new LiveRefusal("no_connection", "There is no connection to the server."));
        return;
      }
      const timer = setTimeout(() => {
        pending.delete(ref);
        reject(new LiveRefusal("no_connection", "The server did not answer in time."));
        socket.renew();
      }, ANSWER_WITHIN_MS);
      const settle = (then: () => void) => {
        clearTimeout(timer);
        then();
      };
      pending.set(ref, { done: () => settle(resolve), fail: (error) => settle(() => reject(error)) });
    });
  }

  function follow(chat: string): void {
    const now = Date.now();
    if (now - (followed.get(chat) ?? 0) < FOLLOW_EVERY_MS) return;
    followed.set(chat, now);
    socket.send({ type: "follow", chat, after: contiguousSeq(heldMessages(queryClient, chat)) });
  }

  function notice(frame: AgentNotice): void {
    switch (frame.type) {
      case "welcome":
        store.update({ connection: { state: "open" }, status: frame.status, slots: frame.slots });
        void queryClient.invalidateQueries({ queryKey: keys.chats });
        for (const entry of unsent(store.read().outbox)) transmit(entry);
        break;
      case "done":
        pending.get(frame.ref)?.done();
        pending.delete(frame.ref);
        break;
      case "chat":
        chatChanged(frame.chat);
        break;
      case "message":
        messageArrived(frame.chat, frame.message);
        break;
      case "ack":
        acknowledged(frame.chat, frame.id, frame.seq);
        break;
      case "typing":
        store.update({ typing: { ...store.read().typing, [frame.chat]: Date.now() + TYPING_SHOWN_MS } });
        break;
      case "read":
        applyRead(queryClient, frame.chat, frame.seq);
        break;
      case "status":
        store.update({ status: frame.status, silent: frame.reason === "no_answer" });
        break;
      case "visit_page":
        applyVisitPage(queryClient, frame.visit, frame.page);
        break;
      case "refused":
        refused(frame);
        break;
      case "move":
        socket.moveAfter(frame.after_ms);
        break;
    }
  }

  function chatChanged(chat: Chat): void {
    const before = openChats(queryClient).find((held) => held.id === chat.id);
    if (before && before.page?.url !== chat.page?.url) refreshVisit(chat.visit_id);
    applyChat(queryClient, chat);
    const own = chat.agent?.id === user.id && chat.state === "active";
    if ((own && !followed.has(chat.id)) || (followed.has(chat.id) && isBehind(chat))) follow(chat.id);
    if (chat.state === "ended" && chat.wrapped_up) followed.delete(chat.id);
  }

  /** Page views are written behind, so the visit is asked for a moment later. */
  function refreshVisit(visit: string): void {
    setTimeout(
      () => void queryClient.invalidateQueries({ queryKey: keys.visit(visit) }),
      PAGE_WRITTEN_WITHIN_MS,
    );
  }

  function isBehind(chat: Chat): boolean {
    return hasGap(heldMessages(queryClient, chat.id), chat.last_seq);
  }

  function messageArrived(chatId: string, message: Message): void {
    const known = heldMessages(queryClient, chatId).some((held) => held.seq === message.seq);
    applyMessages(queryClient, chatId, [message]);
    if (hasGap(heldMessages(queryClient, chatId), message.seq)) follow(chatId);
    keepOutboxWithout(message.id);
    if (message.from !== "visitor" || known) return;
    const { [chatId]: _, ...typing } = store.read().typing;
    store.update({ typing });
    const chat = openChats(queryClient).find((held) => held.id === chatId);
    if (chat?.agent?.id === user.id && message.seq > chat.agent_read_seq)
      options.onVisitorMessage(chat, message);
  }

  function acknowledged(chat: string, id: string, seq: number): void {
    const entry = store.read().outbox.find((held) => held.id === id);
    if (!entry) return;
    applyMessages(queryClient, chat, [
      { seq, id, from: "agent", name: user.name, text: entry.text, at: entry.at },
    ]);
    keepOutboxWithout(id);
    if (hasGap(heldMessages(queryClient, chat), seq)) follow(chat);
  }

  function keepOutboxWithout(id: string): void {
    const { outbox } = store.read();
    const rest = withoutEntry(outbox, id);
    if (rest !== outbox) keepOutbox(rest);
  }

  function refused(frame: Extract<AgentNotice, { type: "refused" }>): void {
    if (frame.ref !== undefined) {
      pending.get(frame.ref)?.fail(new LiveRefusal(frame.code, frame.detail));
      pending.delete(frame.ref);
    }
    if (frame.id !== undefined) keepOutbox(withRefusal(store.read().outbox, frame.id, frame.code));
  }

  return {
    store,
    accept: (chat) => command({ type: "accept", chat }),
    decline: (chat) => command({ type: "decline", chat }),
    closeChat: (chat) => command({ type: "close", chat }),
    async setStatus(status) {
      await command({ type: "status", status });
      store.update({ status, silent: false });
    },
    say(chat, text) {
      const entry = { id: crypto.randomUUID(), chat: chat.id, epoch: chat.owner_epoch, text, at: Date.now() };
      keepOutbox(withEntry(store.read().outbox, entry));
      typed.delete(chat.id);
      transmit(entry);
    },
    discard: keepOutboxWithout,
    typing(chat) {
      if (Date.now() - (typed.get(chat) ?? 0) < TYPING_EVERY_MS) return;
      typed.set(chat, Date.now());
      socket.send({ type: "typing", chat });
    },
    read(chat, seq) {
      if ((readTo.get(chat) ?? 0) >= seq) return;
      if (socket.send({ type: "read", chat, seq })) readTo.set(chat, seq);
    },
    follow,
    watch(chats) {
      for (const chat of chats) if (!followed.has(chat)) follow(chat);
    },
    unfollow(chat) {
      if (followed.delete(chat)) socket.send({ type: "unfollow", chat });
    },
    retry: socket.retry,
    close() {
      clearInterval(overdue);
      socket.close();
      failPending();
    },
  };
}
