/** Owns what the log of a conversation is made of: days, system lines, messages, and what is still on its way. Pure. */
import type { Message } from "../../api/wire";
import type { OutboxEntry } from "../live/outbox";
import type { Upload } from "../live/uploads";
import { isSameDay } from "../ui/format";

/** Messages of one writer within this time stand together. */
const JOINED_WITHIN_MS = 120_000;

export type Line =
  | { kind: "day"; key: string; at: number }
  | { kind: "system"; key: string; message: Message }
  | { kind: "message"; key: string; message: Message; joined: boolean; last: boolean }
  | { kind: "pending"; key: string; entry: OutboxEntry }
  | { kind: "upload"; key: string; upload: Upload };

/**
 * `last` marks the last line of a run of one writer: it carries the time and the marks. A file on its way and the message that it becomes
 * are one line by their key.
 */
export function linesOf(
  messages: readonly Message[],
  outbox: readonly OutboxEntry[],
  uploads: readonly Upload[],
): Line[] {
  const lines: Line[] = [];
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    if (!before || !isSameDay(before.at, message.at)) {
      lines.push({ kind: "day", key: `day-${message.seq}`, at: message.at });
    }
    const key = `m-${message.id}`;
    if (message.from === "system") lines.push({ kind: "system", key, message });
    else
      lines.push({
        kind: "message",
        key,
        message,
        joined: isJoined(before, message),
        last: !isJoined(message, after),
      });
  });
  for (const entry of outbox) lines.push({ kind: "pending", key: `m-${entry.id}`, entry });
  for (const upload of uploads) lines.push({ kind: "upload", key: `m-${upload.id}`, upload });
  return lines;
}

function isJoined(first: Message | undefined, second: Message | undefined): boolean {
  if (!first || !second || first.from !== second.from || first.name !== second.name) return false;
  if (first.audience !== second.audience) return false;
  return second.at - first.at < JOINED_WITHIN_MS && isSameDay(first.at, second.at);
}
