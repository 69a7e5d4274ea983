/** The session as its tests play it: fixtures, and one event after another. Tests nothing. */
import type { Message, PresentedOffer, Styling, VisitorChat, VisitorFrame, VisitorNotice } from "../api/wire";
import { newSession, type Session, type SessionEvent, step } from "./session";

export const offer: PresentedOffer = {
  id: "p1",
  presented_at: 0,
  folded: false,
  design: {
    form: "card",
    position: "end",
    color: "#0f766e",
    logo_url: null,
    image_url: null,
    default_language: "en",
    texts: {},
  },
};
export const active: VisitorChat = {
  id: "c1",
  state: "active",
  last_seq: 0,
  agent_read_seq: 0,
  visitor_read_seq: 0,
  agent_delivered_seq: 0,
  visitor_delivered_seq: 0,
  files: true,
};
export const styling: Styling = {
  color: "#0f766e",
  logo_url: null,
  position: "end",
  title: "Shop",
  greeting: "",
  launcher: "round",
  launcher_label: "",
};
export const welcome = (over: Partial<Extract<VisitorNotice, { type: "welcome" }>> = {}): VisitorNotice => ({
  type: "welcome",
  v: 1,
  token: "t1",
  visit: "v1",
  poll_interval_s: 10,
  signals: { scroll_percents: [], exit: false, inactivity_s: null },
  styling,
  open: true,
  offer: null,
  chat: null,
  ...over,
});
export const from_agent = (seq: number, text = `a${seq}`): Message => ({
  seq,
  id: `a${seq}`,
  from: "agent",
  name: "Alice",
  text,
  at: seq,
});
export const heard = (message: Message): VisitorNotice => ({ type: "message", chat: "c1", message });

export const launched: VisitorChat = { ...active, state: "queued", launched: true };

/** Plays events and notices from a fresh session; answers the last session and every frame that went out. */
export function play(start: Session, ...events: (SessionEvent | VisitorNotice)[]): [Session, VisitorFrame[]] {
  const sent: VisitorFrame[] = [];
  let session = start;
  for (const event of events) {
    const [next, frames] = step(
      session,
      isOwn(event) ? event : { type: "noticed", notice: event, now: 1_000 },
    );
    session = next;
    sent.push(...frames);
  }
  return [session, sent];
}

export const own_types = [
  "noticed",
  "disconnected",
  "accepted",
  "rejected",
  "announced",
  "opened",
  "restarted",
  "maximised",
  "minimised",
  "closed",
  "form_sent",
  "said",
  "retried",
  "discarded",
  "typed",
  "left",
  "ticked",
];
export function isOwn(event: SessionEvent | VisitorNotice): event is SessionEvent {
  return own_types.includes(event.type) || (event.type === "read" && !("chat" in event));
}

export const say = (id: string, text = id): SessionEvent => ({ type: "said", id, text, now: 1_000 });
export const chatting = () => play(newSession(), welcome({ chat: active }))[0];
export const offered = () => play(newSession(), welcome({ offer }))[0];
