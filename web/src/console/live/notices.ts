/** Owns what each notice of the server does: to the Query cache, to the live store, to waiting commands. */
import type { QueryClient } from "@tanstack/react-query";
import type { SessionUser } from "../../api/rest";
import type { AgentNotice, Chat, Message, RefusalCode, Standing } from "../../api/wire";
import { readAnew } from "../api/meanwhile";
import { keys } from "../api/queries";
import { workspaceKeys } from "../api/workspace";
import { partOf } from "../chats/part";
import { serverNow } from "../ui/server-time";
import { type Along, readUpTo } from "./along";
import {
  applyChat,
  applyDelivered,
  applyMessages,
  applyRead,
  applyVisitPage,
  heldMessages,
  openChats,
} from "./cache";
import type { Commands } from "./commands";
import type { Marks } from "./marks";
import { contiguousSeq, hasGap } from "./messages";
import { isOver, type OutboxEntry } from "./outbox";
import type { Outgoing } from "./outgoing";
import { LiveRefusal } from "./refusal";
import type { Socket } from "./socket";
import type { LiveStore } from "./store";

const TYPING_SHOWN_MS = 6_000;
const PAGE_WRITTEN_WITHIN_MS = 1_200;

export interface NoticeContext {
  queryClient: QueryClient;
  user: SessionUser;
  store: LiveStore;
  commands: Commands;
  outgoing: Outgoing;
  marks: Marks;
  along: Along;
  socket(): Socket;
  /** Asks for what is missing of a chat, and for what comes. */
  follow(chat: string): void;
  isFollowed(chat: string): boolean;
  forget(chat: string): void;
  onVisitorMessage(chat: Chat, message: Message): void;
  onHandedOver(chat: Chat): void;
  onNotTaken(entry: OutboxEntry, detail: string): void;
}

export function takeNotice(context: NoticeContext, notice: AgentNotice): void {
  const { store, queryClient, commands, outgoing } = context;
  switch (notice.type) {
    case "welcome":
      store.update({ connection: { state: "open" }, standing: standingOf(notice), slots: notice.slots });
      askAgain(queryClient);
      outgoing.sendAll();
      context.marks.sendAll();
      break;
    case "done":
      commands.done(notice.ref);
      break;
    case "chat":
      chatChanged(context, notice.chat);
      break;
    case "message":
      messageArrived(context, notice.chat, notice.message);
      break;
    case "ack":
      acknowledged(context, notice.chat, notice.id, notice.seq);
      break;
    case "typing":
      someoneWrites(store, notice.chat, notice.name ?? null);
      break;
    case "delivered":
      applyDelivered(queryClient, notice.chat, notice.seq);
      break;
    case "read":
      applyRead(queryClient, notice.chat, notice.seq);
      break;
    case "status":
      store.update({ standing: standingOf(notice) });
      break;
    case "enquiry_changed":
      readAnew(queryClient, keys.enquiries);
      readAnew(queryClient, ["enquiry"]);
      readAnew(queryClient, keys.enquiryCount);
      break;
    case "options_changed":
      readAnew(queryClient, workspaceKeys.options);
      break;
    case "visit_page":
      applyVisitPage(queryClient, notice.visit, notice.page);
      break;
    case "refused":
      if (notice.ref !== undefined) commands.refused(notice.ref, new LiveRefusal(notice.code, notice.detail));
      if (notice.id !== undefined) messageRefused(context, notice.id, notice.code, notice.detail);
      break;
    case "move":
      context.socket().moveAfter(notice.after_ms);
      break;
  }
}

function someoneWrites(store: LiveStore, chat: string, name: string | null): void {
  const until = serverNow() + TYPING_SHOWN_MS;
  const { typing, writing } = store.read();
  if (name === null) store.update({ typing: { ...typing, [chat]: until } });
  else store.update({ writing: { ...writing, [chat]: { name, until } } });
}

/** What happened without a connection is not said again; and a chat on screen may have left the list meanwhile. */
function askAgain(queryClient: QueryClient): void {
  const missed = [
    keys.chats,
    ["chat"],
    keys.enquiries,
    ["enquiry"],
    keys.enquiryCount,
    workspaceKeys.options,
  ];
  for (const queryKey of missed) readAnew(queryClient, queryKey);
}

function standingOf({ status, reason, away_reason, since }: Standing): Standing {
  return { status, reason, away_reason, since };
}

function chatChanged(context: NoticeContext, chat: Chat): void {
  const { queryClient, user } = context;
  const before = openChats(queryClient).find((held) => held.id === chat.id);
  if (before && before.page?.url !== chat.page?.url) refreshVisit(queryClient, chat.visit_id);
  applyChat(queryClient, chat);
  context.along.changed(before, chat);
  const had = before?.agent?.id === user.id && before.state === "active";
  // One that was put into a queue may ring at the same agent.
  const has = chat.agent?.id === user.id && chat.state === "active";
  if (had && !has && chat.state !== "ended") context.onHandedOver(chat);
  const followed = context.isFollowed(chat.id);
  const own = partOf(chat, user).writes;
  const behind = hasGap(heldMessages(queryClient, chat.id), chat.last_seq);
  if ((own && !followed) || (followed && behind)) context.follow(chat.id);
  if (chat.state === "ended" && chat.wrapped_up) context.forget(chat.id);
}

/** Where this agent cannot write any more, a text is theirs to keep; anything else stays in the log, with the reason. */
function messageRefused(context: NoticeContext, id: string, code: RefusalCode, detail: string): void {
  const entry = context.outgoing.find(id);
  if (!entry) return;
  if (!isOver(code) || entry.file) {
    context.outgoing.refuse(id, code, namesOwner(code) ? detail : undefined);
    return;
  }
  context.onNotTaken(entry, detail);
  context.outgoing.settle(id);
}

/** These refusals say who has the chat now. */
function namesOwner(code: RefusalCode): boolean {
  return code === "stale_owner" || code === "not_yours";
}

/** Page views are written behind, so the visit is asked for a moment later. */
function refreshVisit(queryClient: QueryClient, visit: string): void {
  const refresh = () => void queryClient.invalidateQueries({ queryKey: keys.visit(visit) });
  setTimeout(refresh, PAGE_WRITTEN_WITHIN_MS);
}

function messageArrived(context: NoticeContext, chatId: string, message: Message): void {
  const { queryClient, store, user } = context;
  const known = heldMessages(queryClient, chatId).some((held) => held.seq === message.seq);
  const before = openChats(queryClient).find((held) => held.id === chatId);
  if (before) context.along.changed(undefined, before);
  applyMessages(queryClient, chatId, [message]);
  if (hasGap(heldMessages(queryClient, chatId), message.seq)) context.follow(chatId);
  context.outgoing.settle(message.id);
  if (known) return;
  if (message.from === "agent" && store.read().writing[chatId]?.name === message.name) {
    const { [chatId]: _, ...writing } = store.read().writing;
    store.update({ writing });
  }
  if (message.from !== "visitor") return;
  context.marks.has(chatId, contiguousSeq(heldMessages(queryClient, chatId)));
  const { [chatId]: _, ...typing } = store.read().typing;
  store.update({ typing });
  const chat = openChats(queryClient).find((held) => held.id === chatId);
  const read_seq = chat ? readUpTo(chat, user, store.read().read_along) : null;
  if (chat && read_seq !== null && message.seq > read_seq) context.onVisitorMessage(chat, message);
}

function acknowledged(context: NoticeContext, chat: string, id: string, seq: number): void {
  const { queryClient, user } = context;
  const entry = context.outgoing.find(id);
  if (!entry) return;
  const { text, at, audience, file } = entry;
  const message: Message = {
    seq,
    id,
    from: "agent",
    name: user.name,
    text,
    at,
    file,
    ...(audience && { audience }),
  };
  applyMessages(queryClient, chat, [message]);
  context.outgoing.settle(id);
  if (hasGap(heldMessages(queryClient, chat), seq)) context.follow(chat);
}
