/** What the outcome of a presentation does to the offer that is before the visitor. Pure, a part of the session. */
import type { VisitorNotice } from "../api/wire";
import type { Session } from "./session";

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
      return { ...next, offer: null, ...(s.chat ? {} : { declined: s.offer, window: "minimised" }) };
    case "accepted":
    case "passively_ignored":
    case "withdrawn":
      return { ...next, offer: null };
  }
}
