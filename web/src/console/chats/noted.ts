/**
 * Owns what an agent notes of chats that have ended, on its way to the server: soon after each change, and again until it is there
 * . Draws nothing; who sends is handed in.
 */
import type { Chat } from "../../api/wire";

export type Noted = Chat["noted"];

export interface NotedParts {
  /** Gives back what the server has of it now. */
  keep(chat: string, noted: Noted): Promise<Noted>;
  /** Hands it over without waiting for an answer: the page is going away. */
  hand(chat: string, noted: Noted): void;
  /** The server has it. */
  kept(chat: string, noted: Noted): void;
  /** Trying again may help. */
  passes(error: unknown): boolean;
}

export interface NotedKeeper {
  /** What the server does not have yet; null when it has all. */
  pending(chat: string): Noted | null;
  change(chat: string, noted: Noted): void;
  /** Keeps now what is not kept yet, and gives back what was kept of it; fails when it could not be kept. */
  keep(chat: string): Promise<Noted | null>;
  /** Hands over what the server does not have yet. */
  flush(): void;
  close(): void;
}

interface Entry {
  noted: Noted;
  under_way: Promise<Noted> | null;
  failures: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const WAIT_MS = 600;
const RETRY_MS_MAX = 30_000;

export function createNotedKeeper(parts: NotedParts): NotedKeeper {
  const entries = new Map<string, Entry>();
  let closed = false;

  function schedule(chat: string, entry: Entry): void {
    clearTimeout(entry.timer);
    if (closed) return;
    const wait_ms = entry.failures > 0 ? Math.min(RETRY_MS_MAX, 1_000 * 2 ** entry.failures) : WAIT_MS;
    entry.timer = setTimeout(() => void keep(chat).catch(() => undefined), wait_ms);
  }

  async function keep(chat: string): Promise<Noted | null> {
    const entry = entries.get(chat);
    if (!entry) return null;
    clearTimeout(entry.timer);
    // One after another: what was written last stays.
    const kept = entry.under_way ? await entry.under_way.catch(() => null) : await push(chat, entry);
    return entries.has(chat) ? keep(chat) : kept;
  }

  async function push(chat: string, entry: Entry): Promise<Noted> {
    const { noted } = entry;
    entry.under_way = parts.keep(chat, noted);
    try {
      const kept = await entry.under_way;
      entry.failures = 0;
      if (entry.noted === noted) entries.delete(chat);
      parts.kept(chat, kept);
      return kept;
    } catch (error) {
      if (parts.passes(error)) {
        entry.failures += 1;
        schedule(chat, entry);
      }
      throw error;
    } finally {
      entry.under_way = null;
    }
  }

  return {
    pending: (chat) => entries.get(chat)?.noted ?? null,
    change(chat, noted) {
      const entry = entries.get(chat) ?? { noted, under_way: null, failures: 0, timer: undefined };
      entry.noted = noted;
      entries.set(chat, entry);
      schedule(chat, entry);
    },
    keep,
    flush() {
      for (const [chat, { noted }] of entries) parts.hand(chat, noted);
    },
    close() {
      closed = true;
      for (const entry of entries.values()) clearTimeout(entry.timer);
    },
  };
}
