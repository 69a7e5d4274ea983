/** Owns what each open chat of the wallboard needs, and the order that follows from it. Pure. */
import type { Chat } from "../../api/wire";
import { unansweredSince } from "../live/chats";

export interface Need {
  /** Somebody to take the chat, or an answer of who has it. */
  need: "agent" | "answer" | null;
  /** Since when it is as it is. */
  since: number;
}

/** It waits for an agent, or somebody has it. */
export function isOpen({ state }: Chat): boolean {
  return state !== "ended" && state !== "form";
}

export function needOf(chat: Chat): Need {
  if (chat.state !== "active") return { need: "agent", since: chat.queued_at ?? chat.requested_at };
  const unanswered = unansweredSince(chat);
  if (unanswered !== null) return { need: "answer", since: unanswered };
  return { need: null, since: chat.answered_at ?? chat.requested_at };
}

const RANK = { agent: 0, answer: 1, none: 2 } as const;

/** Who waits for an agent first, then who waits for an answer, then the others; the longest on top. */
export function sortByNeed(chats: readonly Chat[]): Chat[] {
  const rank = ({ need }: Need) => RANK[need ?? "none"];
  const needs = chats.map((chat) => ({ chat, ...needOf(chat) }));
  return needs.sort((a, b) => rank(a) - rank(b) || a.since - b.since).map(({ chat }) => chat);
}
