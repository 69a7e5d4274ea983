/**
 * What the visitor has done that the server has not answered yet: each is a frame that is kept until its answer has come,
 * or it is too old to be meant. Pure, a part of the session; owns when the frames are sent again.
 */
import type { PresentedOffer, VisitorChat, VisitorFrame } from "../api/wire";
import type { Session, Step } from "./session";

/** A frame that is sent again after every reconnect, and while the server says that it cannot do it now. */
export interface Pending {
  frame: Extract<
    VisitorFrame,
    {
      type:
        | "accept"
        | "reject"
        | "open_chat"
        | "send_form"
        | "send_enquiry"
        | "end_chat"
        | "rate"
        | "transcript";
    }
  >;
  since: number;
}

export const pending_ms_max = 60_000;
const farewell_ms_max = 3_600_000;
const again_ms_min = 3_000;
const again_ms_max = 30_000;

/** While the server cannot do it, what was promised before goes first. */
export function promise(s: Session, frame: Pending["frame"], now: number): Step {
  const pending = [...s.pending, { frame, since: now }];
  return [{ ...s, pending }, s.again ? framesOf(pending) : [frame]];
}

export function answered(s: Session, ...types: Pending["frame"]["type"][]): Session {
  return keeping(s, ({ frame }) => !types.includes(frame.type));
}

/** What the server says of a chat answers what was promised of it; one that is under way means that those before it are over. */
export function answeredBy(s: Session, chat: VisitorChat): Session {
  const ended = chat.state === "ended";
  return keeping(s, ({ frame }) => {
    if (frame.type === "send_enquiry" || !("chat" in frame)) return true;
    if (frame.chat !== chat.id) return ended;
    switch (frame.type) {
      case "end_chat":
        return !ended;
      case "rate":
        return !chat.rated;
      case "transcript":
        return chat.transcript !== "promised";
      case "send_form":
        return chat.state === "form";
    }
  });
}

export function answering(s: Session, offer: PresentedOffer | null): boolean {
  return s.pending.some((p) => offer && "presentation" in p.frame && p.frame.presentation === offer.id);
}

/** Leaving, declining and what was written are meant however late, a farewell for long; the wish to chat goes stale. */
export function stillMeant(s: Session, now: number): Session {
  return keeping(s, ({ frame: { type }, since }) => {
    switch (type) {
      case "end_chat":
      case "reject":
      case "send_enquiry":
        return true;
      case "rate":
      case "transcript":
        return now - since < farewell_ms_max;
      case "accept":
      case "open_chat":
      case "send_form":
        return now - since < pending_ms_max;
    }
  });
}

export function framesOf(pending: readonly Pending[]): VisitorFrame[] {
  return pending.map((p) => p.frame);
}

/** The server cannot do it now: everything is kept. */
export function unavailable(s: Session, now: number): Session {
  return s.again ? s : { ...s, again: { at: now + again_ms_min, ms: again_ms_min } };
}

/** Sends again, when it is time, what was promised; and lets be told and asked again what may have been refused too. */
export function sendAgain(s: Session, now: number): Step {
  if (!s.again || s.link !== "up" || now < s.again.at) return [s, []];
  const ms = Math.min(2 * s.again.ms, again_ms_max);
  const again = s.pending.length ? { at: now + ms, ms } : null;
  return [{ ...s, again, resumed_after: -1, told_read_seq: 0, told_delivered_seq: 0 }, framesOf(s.pending)];
}

function keeping(s: Session, keeps: (pending: Pending) => boolean): Session {
  const pending = s.pending.filter(keeps);
  return pending.length === s.pending.length ? s : { ...s, pending };
}
