/**
 * What all tabs of one browser share about their visitor: the offer, the chat and its messages, the window, and what
 * the server has not answered yet. Pure: events in, the next session and the frames to send out. Owns no drawing, no
 * socket, no storage.
 */
import type {
  Message,
  MessageFile,
  PresentedOffer,
  RefusalCode,
  Styling,
  VisitorChat,
  VisitorFrame,
  VisitorNotice,
} from "../api/wire";
import { answerEnquiry, type Enquiry, meetAlternative, missed, refuseEnquiry, sendEnquiry } from "./enquiry";
import {
  answered,
  answeredBy,
  answering,
  framesOf,
  type Pending,
  promise,
  sendAgain,
  stillMeant,
  unavailable,
} from "./promises";
import { decline, emptied, settle } from "./settling";
import { acknowledge, held, mark, ofChat, receive, retry, running, say, sayFrame } from "./transcript";

export type WindowState = "closed" | "open" | "minimised";
export type Answers = Record<string, string | boolean>;
export type Alternative = Extract<VisitorNotice, { type: "alternative" }>;
type Welcome = Extract<VisitorNotice, { type: "welcome" }>;

/** A message that the server has not acknowledged. */
export interface Unsent {
  chat: string;
  id: string;
  text: string;
  at: number;
  /** A file that the server has. */
  file?: MessageFile;
  /** Why the server did not take it; the visitor may try again. */
  refused?: RefusalCode;
}

export interface Session {
  token: string;
  link: "starting" | "up" | "down";
  styling: Styling | null;
  /** A chat can be had right now. */
  available: boolean;
  offer: PresentedOffer | null;
  /** The invitation that the visitor declined; maximising the window shows it again (P-2). */
  declined: PresentedOffer | null;
  /** The presentation that was last read out. */
  announced: string;
  chat: VisitorChat | null;
  /** The chat that the page before showed: its window stays as the visitor left it. */
  chat_before: string;
  /** By rising `seq`. */
  messages: Message[];
  unsent: Unsent[];
  pending: Pending[];
  /** The server could not do what was asked: when what is pending is sent again, and how long that was waited for, ms. */
  again: { at: number; ms: number } | null;
  window: WindowState;
  /** The tab in which the visitor last opened the window: only there it may take the focus. */
  opener: number;
  /** The tab that asked for a chat and waits for the answer; 0 when none does. */
  asking: number;
  /** The asking came to nothing, for a reason that has no alternative. */
  failed: boolean;
  /** What is offered instead of a chat, and the tab that asked. */
  alternative: (Alternative & { tab: number }) | null;
  /** What the visitor leaves instead of a chat, once it was sent. */
  enquiry: Enquiry | null;
  form_errors: Record<string, string>;
  /** The form could not be taken, whatever stands in it. */
  form_failed: boolean;
  typing_at: number;
  /** Who writes, where the server has said it. */
  typing_name: string;
  read_seq: number;
  /** What the server was told over this connection: up to where is read, and up to where this browser has. */
  told_read_seq: number;
  told_delivered_seq: number;
  /** The ended chat that the visitor has put away. */
  dismissed: string;
  /** The gap that a resume was last sent for starts after this number; -1 when none was. */
  resumed_after: number;
}

export type SessionEvent =
  | { type: "noticed"; notice: VisitorNotice; now: number }
  | { type: "disconnected" }
  | { type: "accepted"; tab: number; now: number }
  | { type: "rejected"; now: number }
  | { type: "announced"; presentation: string }
  | { type: "opened"; tab: number; now: number }
  | { type: "restarted"; tab: number; now: number }
  | { type: "maximised"; tab: number; now: number }
  | { type: "minimised" }
  | { type: "closed"; now: number }
  | { type: "form_sent"; answers: Answers; now: number }
  | { type: "enquiry_sent"; id: string; answers: Answers; now: number }
  | { type: "said"; id: string; text: string; file?: MessageFile; now: number }
  | { type: "retried"; id: string; now: number }
  | { type: "discarded"; id: string }
  | { type: "typed" }
  | { type: "read"; seq: number }
  | { type: "left"; now: number }
  | { type: "rated"; rating: number; comment: string; now: number }
  | { type: "transcript_wanted"; email: string; now: number }
  | { type: "ticked"; now: number };

export type Step = [Session, VisitorFrame[]];

/** Part of the session that outlives the page, in the visitor's own browser. */
export type Kept = Pick<
  Session,
  "token" | "window" | "unsent" | "pending" | "dismissed" | "declined" | "announced"
> & {
  chat: string;
};

export const asking_ms_max = 15_000;
export const typing_ms = 6_000;

export function newSession(kept: Partial<Kept> = {}): Session {
  return {
    token: "",
    link: "starting",
    styling: null,
    available: false,
    offer: null,
    declined: null,
    announced: "",
    messages: [],
    unsent: [],
    pending: [],
    again: null,
    window: "closed",
    opener: 0,
    asking: 0,
    failed: false,
    alternative: null,
    enquiry: null,
    form_errors: {},
    form_failed: false,
    typing_at: 0,
    typing_name: "",
    read_seq: 0,
    told_read_seq: 0,
    told_delivered_seq: 0,
    dismissed: "",
    resumed_after: -1,
    ...kept,
    chat_before: kept.chat || "",
    chat: null,
  };
}

export function kept(s: Session): Kept {
  const { token, window, unsent, pending, dismissed, declined, announced } = s;
  return { token, window, unsent, pending, dismissed, declined, announced, chat: s.chat ? s.chat.id : "" };
}

export function step(s: Session, event: SessionEvent): Step {
  switch (event.type) {
    case "noticed":
      return notice(s, event.notice, event.now);
    case "disconnected":
      return [
        s.link === "down"
          ? s
          : { ...s, link: "down", resumed_after: -1, told_read_seq: 0, told_delivered_seq: 0 },
        [],
      ];
    case "accepted":
    case "restarted":
      return accept(s, event.tab, event.now);
    case "rejected":
      return reject(s, event.now);
    case "announced":
      return [{ ...s, announced: event.presentation }, []];
    case "opened":
    case "maximised":
      return s.declined && !s.chat && !s.offer && (event.type === "maximised" || s.window === "minimised")
        ? [{ ...s, window: "open", opener: event.tab }, []]
        : open(s, event.tab, event.now);
    case "minimised":
      return [s.window === "closed" ? s : { ...s, window: "minimised" }, []];
    case "closed":
      return close(s, event.now);
    case "form_sent":
      return sendForm(s, event.answers, event.now);
    case "enquiry_sent":
      return sendEnquiry(s, event.id, event.answers, event.now);
    case "said":
      return say(s, event.id, event.text, event.file, event.now);
    case "retried":
      return retry(s, event.id, event.now);
    case "discarded":
      return [{ ...s, unsent: s.unsent.filter((u) => u.id !== event.id) }, []];
    case "typed":
      return [s, s.chat && s.chat.state === "active" ? [{ type: "typing", chat: s.chat.id }] : []];
    case "read":
      return s.chat && event.seq > s.read_seq
        ? [
            { ...s, read_seq: event.seq, told_read_seq: s.link === "down" ? s.told_read_seq : event.seq },
            [{ type: "read", chat: s.chat.id, seq: event.seq }],
          ]
        : [s, []];
    case "left":
      return leave(s, event.now);
    case "rated":
      return rate(s, event.rating, event.comment, event.now);
    case "transcript_wanted":
      return s.chat && s.chat.transcript === "offered"
        ? promise(
            { ...s, chat: { ...s.chat, transcript: "promised" } },
            { type: "transcript", chat: s.chat.id, email: event.email },
            event.now,
          )
        : [s, []];
    case "ticked":
      return tick(s, event.now);
  }
}

function notice(s: Session, n: VisitorNotice, now: number): Step {
  switch (n.type) {
    case "welcome":
      return welcome(s, n, now);
    case "offer":
      return [answering(s, n.offer) ? s : { ...s, offer: n.offer, declined: null }, []];
    case "settled":
      return [settle(s, n.presentation, n.outcome), []];
    case "chat":
      return [missed(s, takeChat(s, n.chat)), []];
    case "message":
      return receive(s, n.chat, n.message);
    case "ack":
      return acknowledge(s, n.chat, n.id, n.seq);
    case "typing":
      return [ofChat(s, n.chat) ? { ...s, typing_at: now, typing_name: n.name || "" } : s, []];
    case "delivered":
      return [
        s.chat && ofChat(s, n.chat)
          ? { ...s, chat: { ...s.chat, agent_delivered_seq: Math.max(n.seq, s.chat.agent_delivered_seq) } }
          : s,
        [],
      ];
    case "read":
      return [
        s.chat && ofChat(s, n.chat)
          ? { ...s, chat: { ...s.chat, agent_read_seq: Math.max(n.seq, s.chat.agent_read_seq) } }
          : s,
        [],
      ];
    case "reset":
      return [ofChat(s, n.chat) ? { ...s, messages: [], resumed_after: -1 } : s, []];
    case "availability":
      return [{ ...s, available: n.open }, []];
    case "styling":
      return [{ ...s, styling: n.styling }, []];
    case "alternative":
      return [meetAlternative(s, n), []];
    case "form_refused":
      return [{ ...answered(s, "send_form"), form_errors: n.field_errors }, []];
    case "enquiry_taken":
    case "enquiry_refused":
      return [answerEnquiry(s, n), []];
    case "refused":
      return [refuse(s, n.id, n.code, now), []];
    default:
      // A newer server may send what this widget does not know, and `move` concerns the connection only.
      return [s, []];
  }
}

function welcome(before: Session, n: Welcome, now: number): Step {
  // The browser has become another person's: nothing of the first one's stays.
  const s = before.token && before.token !== n.token ? newSession() : before;
  const { pending } = stillMeant(s, now);
  // Polls are welcomed each: what the server could not do waits for its time.
  const again = s.link === "up" ? s.again : null;
  let next: Session = {
    ...s,
    token: n.token,
    link: "up",
    styling: n.styling,
    available: n.open,
    offer: answering(s, n.offer) ? null : n.offer,
    pending: n.chat && comesBack(s, n.chat) ? leaving(pending, n.chat.id, now) : pending,
    again,
    resumed_after: -1,
  };
  if (n.chat) next = takeChat(next, n.chat);
  else if (s.chat && s.chat.launched) next = { ...putAway(next), window: "closed" };
  else if (s.chat && s.chat.state !== "ended") next.chat = { ...s.chat, state: "ended", ended_by: "system" };
  else if (!s.chat) next = { ...emptied({ ...next, offer: s.offer && next.offer }), offer: next.offer };
  const chat = running(next);
  const unsent = next.unsent.filter((u) => chat && u.chat === chat.id && !u.refused);
  return [next, [...(again ? [] : framesOf(next.pending)), ...unsent.map(sayFrame)]];
}

/** The visitor has put it away, and the server has it still. */
function comesBack(s: Session, chat: VisitorChat): boolean {
  return chat.state !== "ended" && chat.id === s.dismissed;
}

function leaving(pending: Pending[], chat: string, now: number): Pending[] {
  const told = pending.some(({ frame }) => frame.type === "end_chat" && frame.chat === chat);
  return told ? pending : [{ frame: { type: "end_chat", chat }, since: now }, ...pending];
}

function takeChat(before: Session, chat: VisitorChat): Session {
  const s = answeredBy(before, chat);
  if (chat.id === s.dismissed) return s;
  const same = s.chat !== null && s.chat.id === chat.id;
  // It stays as the visitor left it on the page before.
  const again = chat.id === s.chat_before;
  const ended = chat.state === "ended";
  // The window that opened by itself goes by itself: the visitor asked for nothing.
  if (ended && chat.launched)
    return same ? { ...putAway(s), window: "closed" } : { ...s, dismissed: chat.id };
  if (!same && ended && s.window === "closed") return { ...s, dismissed: chat.id };
  // What was on its way when the visitor left does not bring the chat back.
  if (same && !ended && s.chat && s.chat.state === "ended") return s;
  let next: Session = { ...answered(s, "accept", "open_chat"), chat, asking: 0, failed: false };
  if (!ended) next.alternative = null;
  if (chat.state !== "form") next = { ...next, form_errors: {}, form_failed: false };
  if (same) return next;
  return {
    ...next,
    declined: null,
    messages: [],
    unsent: s.unsent.filter((u) => u.chat === chat.id),
    window: s.window === "closed" || s.asking || !(s.declined || again) ? "open" : s.window,
    read_seq: chat.visitor_read_seq,
    told_read_seq: 0,
    told_delivered_seq: 0,
    typing_at: 0,
    resumed_after: -1,
  };
}

function refuse(s: Session, id: string | undefined, code: RefusalCode, now: number): Session {
  const enquiry = id && refuseEnquiry(s, id, code, now);
  if (enquiry) return enquiry;
  const said = id && s.unsent.find((u) => u.id === id);
  const over = code === "chat_closed" || (code === "not_found" && !(said && said.file));
  if (said) {
    const next = { ...s, unsent: s.unsent.map((u) => (u === said ? { ...u, refused: code } : u)) };
    return over && ofChat(s, said.chat) ? foundEnded(next) : next;
  }
  if (id) return s;
  if (code === "unavailable") return unavailable(s, now);
  const form_failed = s.pending.some((p) => p.frame.type === "send_form" && ofChat(s, p.frame.chat));
  const next = { ...s, pending: [], failed: s.asking !== 0, asking: 0, form_failed };
  return over && form_failed ? foundEnded(next) : next;
}

/** The server has ended the chat, and its word of that has not come, or comes later. */
function foundEnded(s: Session): Session {
  const chat = running(s);
  return chat ? { ...s, chat: { ...chat, state: "ended", ended_by: "system" }, form_failed: false } : s;
}

function accept(s: Session, tab: number, now: number): Step {
  if (s.asking) return [s, []];
  const rest = running(s) ? s : putAway(s);
  if (!s.offer) {
    const declined = s.declined ? { declined: s.declined.id } : {};
    return ask(rest, { type: "open_chat", ...declined }, tab, now);
  }
  return ask({ ...rest, offer: null }, { type: "accept", presentation: s.offer.id }, tab, now);
}

function reject(s: Session, now: number): Step {
  if (!s.offer) return [s.declined ? { ...s, window: "minimised" } : s, []];
  return promise(decline(s), { type: "reject", presentation: s.offer.id }, now);
}

function open(s: Session, tab: number, now: number): Step {
  if (s.chat || s.asking || s.alternative || s.failed) return [{ ...s, window: "open", opener: tab }, []];
  return accept(s, tab, now);
}

function ask(s: Session, frame: Pending["frame"], tab: number, now: number): Step {
  const next: Session = {
    ...s,
    window: "open",
    opener: tab,
    asking: tab,
    failed: false,
    alternative: null,
    enquiry: null,
    declined: null,
    form_errors: {},
    form_failed: false,
  };
  return promise(next, frame, now);
}

function close(s: Session, now: number): Step {
  const chat = running(s);
  const next: Session = { ...putAway(s), window: "closed" };
  return chat ? promise(next, { type: "end_chat", chat: chat.id }, now) : [next, []];
}

function leave(s: Session, now: number): Step {
  const chat = running(s);
  if (!chat) return [s, []];
  const next: Session = { ...s, chat: { ...chat, state: "ended", ended_by: "visitor" }, typing_at: 0 };
  return promise(next, { type: "end_chat", chat: chat.id }, now);
}

function rate(s: Session, rating: number, comment: string, now: number): Step {
  const { chat } = s;
  if (!chat || chat.state !== "ended" || !chat.survey || chat.rated) return [s, []];
  const next: Session = { ...s, chat: { ...chat, rated: true } };
  return promise(next, { type: "rate", chat: chat.id, rating, comment }, now);
}

function putAway(s: Session): Session {
  return {
    ...s,
    chat: null,
    dismissed: s.chat ? s.chat.id : s.dismissed,
    messages: [],
    unsent: [],
    pending: answered(s, "accept", "open_chat", "send_form").pending,
    asking: 0,
    failed: false,
    alternative: null,
    enquiry: null,
    form_errors: {},
    form_failed: false,
    typing_at: 0,
  };
}

function sendForm(s: Session, answers: Answers, now: number): Step {
  if (!s.chat || s.chat.state !== "form") return [s, []];
  const next = { ...answered(s, "send_form"), form_errors: {}, form_failed: false };
  return promise(next, { type: "send_form", chat: s.chat.id, answers }, now);
}

function tick(s: Session, now: number): Step {
  const asked = s.pending.find((p) => p.frame.type === "accept" || p.frame.type === "open_chat");
  const stale = s.asking !== 0 && (!asked || now - asked.since >= asking_ms_max);
  const typing_at = now - s.typing_at < typing_ms ? s.typing_at : 0;
  let next = stillMeant(s, now);
  if (stale) next = { ...answered(s, "accept", "open_chat"), asking: 0, failed: true };
  else if (sendsForm(s) !== sendsForm(next)) next = { ...next, form_failed: true };
  if (typing_at !== s.typing_at) next = { ...next, typing_at };
  const [told, sent] = sendAgain(next, now);
  const [marked, marks] = mark(told);
  const frames = [...sent, ...marks];
  const after = held(marked);
  const asked_before = marked.resumed_after === after;
  if (!marked.chat || marked.link !== "up" || marked.chat.last_seq <= after || asked_before)
    return [marked, frames];
  return [{ ...marked, resumed_after: after }, [...frames, { type: "resume", chat: marked.chat.id, after }]];
}

/** A form is on its way. */
function sendsForm({ pending }: Session): boolean {
  return pending.some((p) => p.frame.type === "send_form");
}
