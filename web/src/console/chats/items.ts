/** Owns what the list of chats is made of, below what rings: headings and rows in one order. Pure. */
import type { Chat } from "../../api/wire";
import { type ChatGroups, needsAgent, unansweredSince } from "../live/chats";

export type GroupName = Exclude<keyof ChatGroups, "ringing">;

export type Item =
  | { kind: "group"; key: string; group: GroupName; count: number }
  | { kind: "row"; key: string; group: GroupName; chat: Chat; place: number };

const ORDER: readonly GroupName[] = ["mine", "waiting", "wrap_up", "form", "others"];

export function itemsOf(groups: ChatGroups): Item[] {
  return ORDER.flatMap((group) => {
    const chats = groups[group];
    if (chats.length === 0) return [];
    const rows = chats.map(
      (chat, index): Item => ({ kind: "row", key: chat.id, group, chat, place: index + 1 }),
    );
    return [{ kind: "group", key: group, group, count: chats.length } as Item, ...rows];
  });
}

/** Those of which name, queue, agent, last message or answers hold every word. */
export function matching(chats: Chat[], wanted: string): Chat[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return chats;
  return chats.filter((chat) => {
    const answers = chat.answers.map(({ value }) => value).join(" ");
    const text =
      `${chat.visitor_name} ${chat.queue.name} ${chat.agent?.name ?? ""} ${chat.last_message?.text ?? ""} ${answers}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Since when the visitor waits for somebody; null where they do not. At other agents that is the supervisors' to see. */
export function waitsSince(group: GroupName, chat: Chat, supervisor: boolean): number | null {
  switch (group) {
    case "waiting":
      return chat.queued_at;
    case "mine":
      return needsAgent(chat) ? chat.unanswered_since : null;
    case "others":
      return supervisor ? unansweredSince(chat) : null;
    case "wrap_up":
    case "form":
      return null;
  }
}

/** The chat `step` places after `open` in the order of the list, what rings first; the first or last one from outside. */
export function neighbour(groups: ChatGroups, open: string | null, step: 1 | -1): string | null {
  const ids = [...groups.ringing, ...ORDER.flatMap((group) => groups[group])].map(({ id }) => id);
  if (ids.length === 0) return null;
  const at = open === null ? -1 : ids.indexOf(open);
  if (at < 0) return (step === 1 ? ids[0] : ids.at(-1)) ?? null;
  return ids[(at + step + ids.length) % ids.length] ?? null;
}
