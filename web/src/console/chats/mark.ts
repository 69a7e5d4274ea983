/** Owns how far a message of the agent's has come, by the counters of its chat. Pure. */
import type { Chat } from "../../api/wire";

export type Mark = "sent" | "delivered" | "read";

export function markOf(chat: Pick<Chat, "visitor_read_seq" | "visitor_delivered_seq">, seq: number): Mark {
  if (seq <= chat.visitor_read_seq) return "read";
  return seq <= chat.visitor_delivered_seq ? "delivered" : "sent";
}
