/** Owns how far this console is in each chat: what it has, and what was read. Told once, and again over a new connection. */
import type { Socket } from "./socket";

/** What is read within this time need not be called delivered first. */
const DELIVERED_AFTER_MS = 400;

export interface Marks {
  /** The agent has seen the messages up to `seq`. */
  read(chat: string, seq: number): void;
  /** The messages up to `seq` are here. */
  has(chat: string, seq: number): void;
  /** Tells everything again: the last words of a lost connection may not have arrived. */
  sendAll(): void;
  close(): void;
}

export function createMarks(socket: () => Socket): Marks {
  const read = new Map<string, number>();
  const had = new Map<string, number>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const at = (marks: Map<string, number>, chat: string) => marks.get(chat) ?? 0;

  function tellHas(chat: string): void {
    timers.delete(chat);
    const seq = at(had, chat);
    if (seq > at(read, chat)) socket().send({ type: "delivered", chat, seq });
  }

  return {
    read(chat, seq) {
      if (at(read, chat) >= seq) return;
      read.set(chat, seq);
      socket().send({ type: "read", chat, seq });
    },
    has(chat, seq) {
      if (at(had, chat) >= seq) return;
      had.set(chat, seq);
      if (!timers.has(chat))
        timers.set(
          chat,
          setTimeout(() => tellHas(chat), DELIVERED_AFTER_MS),
        );
    },
    sendAll() {
      for (const [chat, seq] of read) socket().send({ type: "read", chat, seq });
      for (const chat of had.keys()) tellHas(chat);
    },
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
