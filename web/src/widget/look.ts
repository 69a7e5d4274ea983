/** What the launcher is told of the shared session. Pure. */
import type { Look } from "./bundle";
import type { Session } from "./session";
import { isNews } from "./transcript";

export function look(s: Session): Look {
  return {
    styling: s.styling,
    window: s.window,
    unread: s.messages.filter((m) => isNews(m) && m.seq > s.read_seq).length,
    folded: s.offer !== null && s.offer.folded,
    busy: s.offer !== null || s.chat !== null || s.window === "open",
  };
}
