/**
 * What the loader makes of events before the chat bundle is there: it keeps the launcher up to date, and sees when the
 * bundle is needed. Pure.
 */
import type { VisitorNotice } from "../../api/wire";
import type { Look } from "../bundle";
import type { Kept, SessionEvent } from "../session";

const early_max = 200;

/** The launcher's look from what the last page left behind. */
export function firstLook(before: Partial<Kept>): Look {
  const owed = [before.unsent, before.pending].some((list) => list && list.length);
  return {
    styling: null,
    window: before.window || "closed",
    unread: 0,
    folded: false,
    busy: before.window === "open" || owed,
  };
}

/** What the visitor or an agent does calls for the bundle; a welcome does when it brings an offer or a chat. */
export function earlyLook(look: Look, event: SessionEvent): Look {
  if (event.type === "ticked" || event.type === "disconnected") return look;
  if (event.type === "noticed") {
    const { notice } = event;
    if (notice.type === "welcome")
      return { ...look, styling: notice.styling, busy: look.busy || !!notice.chat || !!notice.offer };
    if (notice.type === "styling") return { ...look, styling: notice.styling };
    if (notice.type === "availability" || notice.type === "poll_interval") return look;
  }
  return { ...look, busy: true };
}

/** The events that the bundle has to catch up on: a welcome tells anew all that the server told before it. */
export function keepEarly(early: SessionEvent[], event: SessionEvent): SessionEvent[] {
  if (event.type === "ticked" || event.type === "disconnected") return early;
  const kept = isWelcome(event) ? early.filter((e) => e.type !== "noticed") : early;
  return [...kept, event].slice(-early_max);
}

export function isWelcome(
  event: SessionEvent,
): event is { type: "noticed"; notice: Extract<VisitorNotice, { type: "welcome" }>; now: number } {
  return event.type === "noticed" && event.notice.type === "welcome";
}
