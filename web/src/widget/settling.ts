/** What the outcome of a presentation does to the offer that is before the visitor. Pure, a part of the session. */
import type { VisitorNotice } from "../api/wire";
import { insteadOf } from "./enquiry";
import type { Session } from "./session";
import { talked } from "./transcript";

export function settle(
  s: Session,
  presentation: string,
  outcome: Extract<VisitorNotice, { type: "settled" }>["outcome"],
): Session {
  const next = {
    ...s,
    pending: s.pending.filter((p) => !("presentation" in p.frame) || p.frame.presentation !== presentation),
  };
  if (!s.offer || s.offer.id !== presentation) return next;
  switch (outcome) {
    case "ignored":
      return { ...next, offer: { ...s.offer, folded: true } };
    case "rejected":
      return decline(next);
    case "accepted":
    case "passively_ignored":
    case "withdrawn":
      return emptied({ ...next, offer: null });
  }
}

/** A No minimises the window (P-2), unless it holds a chat or something to write, beside which the offer stood. */
export function decline(s: Session): Session {
  const instead = insteadOf(s);
  const holds = talked(s) || (instead ? instead.alternative.do === "enquiry" : s.chat);
  if (holds) return { ...s, offer: null };
  return {
    ...s,
    chat: null,
    dismissed: s.chat ? s.chat.id : s.dismissed,
    offer: null,
    declined: s.offer,
    alternative: null,
    failed: false,
    window: "minimised",
  };
}

/** A window that has nothing left to show closes. */
export function emptied(s: Session): Session {
  const shows = s.chat || s.asking || s.failed || s.alternative || s.offer || s.declined;
  return shows || s.window !== "open" ? s : { ...s, window: "closed" };
}
