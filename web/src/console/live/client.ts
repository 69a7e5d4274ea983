/** Owns the agent's live connection as the console uses it: its parts put together, and what can be done over it. */
import type { QueryClient } from "@tanstack/react-query";
import type { SessionUser } from "../../api/rest";
import type { Chat, Message, MessageFile } from "../../api/wire";
import { partOf } from "../chats/part";
import { serverNow } from "../ui/server-time";
import { createAlong, readUpTo, storedAlong } from "./along";
import { applyOwnRead, heldMessages, openChats } from "./cache";
import { type Commands, createCommands } from "./commands";
import { createMarks } from "./marks";
import { contiguousSeq } from "./messages";
import { takeNotice } from "./notices";
import type { OutboxEntry } from "./outbox";
import { createOutgoing, storedOutbox } from "./outgoing";
import { openSocket, type Socket, type SocketEvents } from "./socket";
import { createLiveStore, type LiveStore } from "./store";
import { createUploads } from "./uploads";

const TYPING_EVERY_MS = 3_000;
const FOLLOW_EVERY_MS = 2_000;
/** The close code for a session that has ended. */
const CLOSE_UNAUTHORIZED = 4401;

export interface Live {
  store: LiveStore;
  accept(chat: string): Promise<void>;
  decline(chat: string): Promise<void>;
  /** Ends an active chat, or wraps up an ended one. */
  closeChat(chat: string): Promise<void>;
  /** Calls an agent to take the chat over, or puts it into a queue. */
  transfer(chat: string, to: { agent: string } | { queue: string }, note: string): Promise<void>;
  /** Calls an agent to join. */
  invite(chat: string, agent: string, note: string): Promise<void>;
  /** Takes back an open call. */
  recall(chat: string): Promise<void>;
  /** For supervisors: reads along. */
  watchChat(chat: string): Promise<void>;
  /** For supervisors: writes along. */
  join(chat: string): Promise<void>;
  /** For supervisors: becomes the owner. */
  takeOver(chat: string): Promise<void>;
  /** Stops reading or writing along. */
  leave(chat: string): Promise<void>;
  /** `reason`: why away, one of the reasons of the workspace. */
  setStatus(status: "ready" | "away", reason?: string): Promise<void>;
  say(chat: Chat, text: string, audience: "all" | "staff", file?: MessageFile): void;
  sendFiles(chat: string, files: readonly File[]): void;
  retryFile(id: string): void;
  dropFile(id: string): void;
  /** Takes a refused message out of the outbox. */
  discard(id: string): void;
  typing(chat: string): void;
  /** The owner, or whoever has joined, has seen the messages up to `seq`; nothing of anyone else. */
  read(chat: Chat, seq: number): void;
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
  /** A visitor's message arrived in a chat that this agent has, or has joined. */
  onVisitorMessage(chat: Chat, message: Message): void;
  /** A chat of this agent went to somebody else, or back into a queue. */
  onHandedOver(chat: Chat): void;
  /** A message was refused because its chat is another's by now, or has ended. */
  onNotTaken(entry: OutboxEntry, detail: string): void;
  onSignedOut(): void;
}

export function connectLive(options: LiveOptions): Live {
  const { queryClient, user } = options;
  const store = createLiveStore(storedOutbox(user.id), storedAlong(user.id));
  const commands = createCommands(() => socket);
  const outgoing = createOutgoing(user.id, store, () => socket);
  const followed = createFollowed(queryClient, () => socket);
  const marks = createMarks(() => socket);
  const along = createAlong(user, store);
  const context = {
    queryClient,
    user,
    store,
    commands,
    outgoing,
    marks,
    along,
    socket: () => socket,
    follow: followed.follow,
    isFollowed: followed.has,
    forget: followed.forget,
    onVisitorMessage: options.onVisitorMessage,
    onHandedOver: options.onHandedOver,
    onNotTaken: options.onNotTaken,
  };
  const socket: Socket = openSocket(options.url, {
    opened: () => socket.send({ type: "hello", v: 1, chats: followed.held(ownChats(queryClient, user)) }),
    notice: (notice) => takeNotice(context, notice),
    ...connectionShown(store, commands, options.onSignedOut),
  });
  const typed = new Map<string, number>();
  const say = (
    chat: Chat,
    text: string,
    audience: "all" | "staff",
    file?: MessageFile,
    id: string = crypto.randomUUID(),
  ) => {
    const entry = { id, chat: chat.id, epoch: chat.owner_epoch, text, file, at: serverNow() };
    outgoing.send({ ...entry, ...(audience === "staff" && { audience }) });
  };
  const uploads = createUploads(store, (id, upload, file) => {
    const chat = openChats(queryClient).find((held) => held.id === id);
    if (chat) say(chat, "", "all", file, upload);
  });

  return {
    store,
    accept: (chat) => commands.run({ type: "accept", chat }),
    decline: (chat) => commands.run({ type: "decline", chat }),
    closeChat: (chat) => commands.run({ type: "close", chat }),
    transfer: (chat, to, note) => commands.run({ type: "transfer", chat, to, note }),
    invite: (chat, agent, note) => commands.run({ type: "invite", chat, agent, note }),
    recall: (chat) => commands.run({ type: "recall", chat }),
    watchChat: (chat) => commands.run({ type: "watch", chat }),
    join: (chat) => commands.run({ type: "join", chat }),
    takeOver: (chat) => commands.run({ type: "take_over", chat }),
    leave: (chat) => commands.run({ type: "leave", chat }),
    async setStatus(status, reason) {
      await commands.run(
        reason === undefined ? { type: "status", status } : { type: "status", status, reason },
      );
      const away_reason = reason ?? null;
      store.update({ standing: { status, reason: "self", away_reason, since: serverNow() } });
    },
    say(chat, text, audience, file) {
      typed.delete(chat.id);
      say(chat, text, audience, file);
    },
    sendFiles: uploads.add,
    retryFile: uploads.retry,
    dropFile: uploads.drop,
    discard: outgoing.settle,
    typing(chat) {
      if (Date.now() - (typed.get(chat) ?? 0) < TYPING_EVERY_MS) return;
      typed.set(chat, Date.now());
      socket.send({ type: "typing", chat });
    },
    read(chat, seq) {
      const read_seq = readUpTo(chat, user, store.read().read_along);
      if (read_seq === null || seq <= read_seq) return;
      if (!partOf(chat, user).owner) return along.read(chat.id, seq);
      marks.read(chat.id, seq);
      applyOwnRead(queryClient, chat.id, seq);
    },
    follow: followed.follow,
    watch(chats) {
      for (const chat of chats) if (!followed.has(chat)) followed.follow(chat);
    },
    unfollow(chat) {
      if (followed.forget(chat)) socket.send({ type: "unfollow", chat });
    },
    retry: socket.retry,
    close() {
      outgoing.close();
      marks.close();
      uploads.close();
      socket.close();
      commands.lost();
    },
  };
}

function ownChats(queryClient: QueryClient, user: SessionUser): string[] {
  const own = openChats(queryClient).filter((chat) => partOf(chat, user).writes);
  return own.map((chat) => chat.id);
}

/** What becomes of the connection, put into the store. */
function connectionShown(
  store: LiveStore,
  commands: Commands,
  onSignedOut: () => void,
): Pick<SocketEvents, "connecting" | "waiting" | "refused"> {
  return {
    connecting: () => store.update({ connection: { state: "connecting" } }),
    waiting(retry_at) {
      commands.lost();
      store.update({ connection: { state: "waiting", retry_at } });
    },
    refused(code) {
      commands.lost();
      store.update({ connection: { state: "refused", code } });
      if (code === CLOSE_UNAUTHORIZED) onSignedOut();
    },
  };
}

/** The chats whose messages come over this connection, and when each was asked for last. */
function createFollowed(queryClient: QueryClient, socket: () => Socket) {
  const asked = new Map<string, number>();
  const after = (chat: string) => contiguousSeq(heldMessages(queryClient, chat));
  return {
    follow(chat: string): void {
      const now = Date.now();
      if (now - (asked.get(chat) ?? 0) < FOLLOW_EVERY_MS) return;
      if (socket().send({ type: "follow", chat, after: after(chat) })) asked.set(chat, now);
    },
    has: (chat: string): boolean => asked.has(chat),
    forget: (chat: string): boolean => asked.delete(chat),
    held(more: readonly string[]): { id: string; after: number }[] {
      const ids = new Set([...asked.keys(), ...more]);
      for (const id of more) asked.set(id, Date.now());
      return [...ids].map((id) => ({ id, after: after(id) }));
    },
  };
}
