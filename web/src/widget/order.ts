/** The order of a chat's messages by their numbers, and how many of them a browser keeps. Pure. */
import type { Message } from "../api/wire";

const messages_max = 2_000;

/** The highest number up to which no message is missing; the oldest of a long chat were let go. */
export function heldUpTo(messages: readonly Message[]): number {
  const first = messages[0];
  let seq = first && messages.length >= messages_max ? first.seq - 1 : 0;
  for (const message of messages) {
    if (message.seq !== seq + 1) break;
    seq = message.seq;
  }
  return seq;
}

/** With `message` in its place. */
export function insertMessage(messages: readonly Message[], message: Message): Message[] {
  const at = messages.filter((m) => m.seq < message.seq).length;
  return [...messages.slice(0, at), message, ...messages.slice(at)].slice(-messages_max);
}
