/** Owns how notices change the Query cache: chats, messages, pages of a visit. Sends and draws nothing. */
import type { QueryClient } from "@tanstack/react-query";
import type { VisitDetail } from "../../api/rest";
import type { Chat, Message } from "../../api/wire";
import { changeHeld } from "../api/meanwhile";
import { keys } from "../api/queries";
import { unansweredAfter, upsertChat } from "./chats";
import { mergeMessages } from "./messages";

export function openChats(client: QueryClient): Chat[] {
  return client.getQueryData<Chat[]>(keys.chats) ?? [];
}

export function heldMessages(client: QueryClient, chat: string): Message[] {
  return client.getQueryData<Message[]>(keys.messages(chat)) ?? [];
}

export function applyChat(client: QueryClient, chat: Chat): void {
  changeHeld<Chat[]>(client, keys.chats, (held) => upsertChat(held, chat));
  changeHeld<Chat>(client, keys.chat(chat.id), (held) => upsertChat([held], chat)[0] ?? chat, chat);
}

export function applyMessages(client: QueryClient, chat: string, messages: readonly Message[]): void {
  client.setQueryData<Message[]>(keys.messages(chat), (held) => mergeMessages(held ?? [], messages));
  changeChat(client, chat, (held) => messages.reduce(withMessage, held));
}

function withMessage(chat: Chat, message: Message): Chat {
  if (message.seq < chat.last_seq) return chat;
  const { seq: last_seq, from, name, text, at } = message;
  const last_message = { from, name, text, file: message.file?.name ?? null, at };
  return { ...chat, last_seq, last_message, unanswered_since: unansweredAfter(chat, message) };
}

/** What this agent noted of a chat is kept. */
export function applyNoted(client: QueryClient, chat: string, noted: Chat["noted"]): void {
  changeChat(client, chat, (held) => ({ ...held, noted }));
}

/** The visitor has read up to `seq`. */
export function applyRead(client: QueryClient, chat: string, seq: number): void {
  changeChat(client, chat, (held) => ({ ...held, visitor_read_seq: Math.max(held.visitor_read_seq, seq) }));
}

/** The visitor's browser has the messages up to `seq`. */
export function applyDelivered(client: QueryClient, chat: string, seq: number): void {
  changeChat(client, chat, (held) => ({
    ...held,
    visitor_delivered_seq: Math.max(held.visitor_delivered_seq, seq),
  }));
}

/** This agent has read up to `seq`; shown at once, the server is told beside it. */
export function applyOwnRead(client: QueryClient, chat: string, seq: number): void {
  changeChat(client, chat, (held) => ({ ...held, agent_read_seq: Math.max(held.agent_read_seq, seq) }));
}

function changeChat(client: QueryClient, chat: string, change: (held: Chat) => Chat): void {
  changeHeld<Chat[]>(client, keys.chats, (held) => held.map((one) => (one.id === chat ? change(one) : one)));
  changeHeld<Chat>(client, keys.chat(chat), change);
}

type EnteredPage = { url: string; title: string; entered_at: number };

export function applyVisitPage(client: QueryClient, visit: string, page: EnteredPage): void {
  const onPage = (held: Chat): Chat =>
    held.visit_id === visit ? { ...held, page: { url: page.url, title: page.title } } : held;
  changeHeld<Chat[]>(client, keys.chats, (held) => held.map(onPage));
  for (const [key] of client.getQueriesData<Chat>({ queryKey: ["chat"] }))
    changeHeld<Chat>(client, key, onPage);
  changeHeld<VisitDetail>(client, keys.visit(visit), (held) => withPage(held, page));
}

/** The visit with `page` entered and the one before it left; as it was when the page is already known. */
export function withPage(visit: VisitDetail, page: EnteredPage): VisitDetail {
  if (visit.pages.some((known) => known.entered_at === page.entered_at && known.url === page.url))
    return visit;
  const pages = visit.pages.map((known) =>
    known.left_at === null ? { ...known, left_at: page.entered_at } : known,
  );
  pages.push({ ...page, left_at: null, visible_s: 0, form: null });
  return { ...visit, page, pages, page_views: visit.page_views + 1, last_contact_at: page.entered_at };
}
