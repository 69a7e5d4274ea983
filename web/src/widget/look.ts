/** What the launcher is told of the shared session, and how the window looks. Pure. */
import type { Styling } from "../api/wire";
import type { Look } from "./bundle";
import type { Session } from "./session";
import { isNews } from "./transcript";

/** The window belongs to the chat's queue, the launcher to its own. */
export function windowStyling({ chat, styling }: Session): Styling | null {
  return (chat && chat.styling) || styling;
}

export function look(s: Session): Look {
  return {
    styling: s.styling,
    window: s.window,
    unread: s.messages.filter((m) => isNews(m) && m.seq > s.read_seq).length,
    folded: s.offer !== null && s.offer.folded,
    busy: s.offer !== null || s.chat !== null || s.window === "open",
  };
}
