/** Owns finding a canned reply: where in the text one is asked for, which fit the chat, and the best first. Pure. */
import type { CannedReply } from "../../../api/rest";
import type { Chat } from "../../../api/wire";

export interface Slash {
  start: number;
  query: string;
}

const SHOWN_MAX = 50;

/** The slash at the start of a word before the caret, with what is typed after it; null when there is none. */
export function slashAt(text: string, caret: number): Slash | null {
  const found = /(?:^|\s)\/([^\s/]*)$/.exec(text.slice(0, caret));
  if (!found) return null;
  const query = found[1] ?? "";
  return { start: caret - query.length - 1, query };
}

/** Those for the chat's site and queue. A personal one stands before a shared one with the same shortcut, the site's before that for all. */
export function fitting(
  replies: readonly CannedReply[],
  chat: Pick<Chat, "site_id" | "queue">,
): CannedReply[] {
  return replies.filter(
    (reply) =>
      (reply.site_id === null || reply.site_id === chat.site_id) &&
      (reply.queue_id === null || reply.queue_id === chat.queue.id),
  );
}

/** By shortcut first, then by words of the title, the tags and the texts. */
export function search(replies: readonly CannedReply[], query: string): CannedReply[] {
  const wanted = query.toLowerCase();
  const ranked = replies
    .map((reply) => ({ reply, rank: rankOf(reply, wanted) }))
    .filter(({ rank }) => rank < Number.POSITIVE_INFINITY);
  ranked.sort(
    (a, b) =>
      a.rank - b.rank ||
      Number(b.reply.personal) - Number(a.reply.personal) ||
      Number(b.reply.site_id !== null) - Number(a.reply.site_id !== null) ||
      a.reply.title.localeCompare(b.reply.title),
  );
  return ranked.slice(0, SHOWN_MAX).map(({ reply }) => reply);
}

function rankOf(reply: CannedReply, wanted: string): number {
  if (wanted === "") return 3;
  const title = reply.title.toLowerCase();
  if (reply.shortcut === wanted) return 0;
  if (reply.shortcut.startsWith(wanted)) return 1;
  if (title.split(/\s+/).some((word) => word.startsWith(wanted))) return 2;
  if (reply.shortcut.includes(wanted) || title.includes(wanted)) return 3;
  if (reply.tags.some((tag) => tag.toLowerCase().includes(wanted))) return 4;
  const texts = Object.values(reply.texts).join(" ").toLowerCase();
  return texts.includes(wanted) ? 5 : Number.POSITIVE_INFINITY;
}
