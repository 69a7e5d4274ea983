/** Owns the order of a conversation's messages: merging what arrives by sequence number, and seeing gaps. Pure. */
import type { Message } from "../../api/wire";

/** Both lists in one, by sequence number, each message once. Returns `held` itself when nothing is new. */
export function mergeMessages(held: Message[], arrived: readonly Message[]): Message[] {
  const known = new Set(held.map((message) => message.seq));
  const fresh = arrived.filter((message) => !known.has(message.seq) && known.add(message.seq));
  if (fresh.length === 0) return held;
  return [...held, ...fresh].sort((a, b) => a.seq - b.seq);
}

/** The highest sequence number up to which nothing is missing; 0 when the first message is not held. */
export function contiguousSeq(held: readonly Message[]): number {
  let seq = 0;
  for (const message of held) {
    if (message.seq !== seq + 1) break;
    seq = message.seq;
  }
  return seq;
}

/** Whether a message is missing before the last held one, or between it and `last_seq`. */
export function hasGap(held: readonly Message[], last_seq: number): boolean {
  return contiguousSeq(held) < Math.max(last_seq, held.at(-1)?.seq ?? 0);
}

/** How many of the visitor's messages stand after `read_seq`. Without messages at hand the chat's own counters decide. */
export function unreadCount(
  chat: { last_seq: number; last_message: { from: string } | null },
  held: readonly Message[] | undefined,
  read_seq: number,
): number {
  if (held && !hasGap(held, chat.last_seq)) {
    return held.filter((message) => message.from === "visitor" && message.seq > read_seq).length;
  }
  return chat.last_message?.from === "visitor" ? Math.max(0, chat.last_seq - read_seq) : 0;
}
