/** Owns the messages that the server has not acknowledged yet. Pure; the live client sends and stores them. */
import type { MessageFile, RefusalCode } from "../../api/wire";

export interface OutboxEntry {
  /** Made here; the same message keeps it over every attempt. */
  id: string;
  chat: string;
  epoch: number;
  text: string;
  /** A file that the server has. */
  file?: MessageFile;
  at: number;
  /** Absent for the visitor too. */
  audience?: "staff";
  /** Why the server refused it; absent while it waits for its acknowledgement. */
  refused?: RefusalCode;
  /** The server's own words, where they name somebody. */
  detail?: string;
}

export function withEntry(outbox: OutboxEntry[], entry: OutboxEntry): OutboxEntry[] {
  return [...outbox, entry];
}

export function withoutEntry(outbox: OutboxEntry[], id: string): OutboxEntry[] {
  return outbox.some((entry) => entry.id === id) ? outbox.filter((entry) => entry.id !== id) : outbox;
}

export function withRefusal(
  outbox: OutboxEntry[],
  id: string,
  code: RefusalCode,
  detail?: string,
): OutboxEntry[] {
  return outbox.map((entry) => (entry.id === id ? { ...entry, refused: code, detail } : entry));
}

/** The chat is another's by now, or has ended: sending it again is in vain. */
export function isOver(code: RefusalCode): boolean {
  return code === "stale_owner" || code === "not_yours" || code === "chat_closed";
}

/** What to send again after a reconnect, in the order of writing. */
export function unsent(outbox: readonly OutboxEntry[]): OutboxEntry[] {
  return outbox.filter((entry) => entry.refused === undefined);
}

/** Reads what an earlier page load left behind; anything that is not an outbox is nothing. */
export function parseOutbox(text: string | null): OutboxEntry[] {
  if (text === null) return [];
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? found.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is OutboxEntry {
  if (typeof value !== "object" || value === null) return false;
  const entry = value as Record<string, unknown>;
  return (
    ["id", "chat", "text"].every((key) => typeof entry[key] === "string") && typeof entry.epoch === "number"
  );
}
