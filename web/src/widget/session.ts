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

/** A frame that is sent again after every reconnect, until its answer has come or it is too old to be meant. */
interface Pending {
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

export const pending_ms_max = 60_000;
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
    window: "closed",
    opener: 0,
    asking: 0,
    failed: false,
    alternative: null,
    enquiry: null,
    form_errors: {},
    form_failed: false,
    typing_at: 0,
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
      return [ofChat(s, n.chat) ? { ...s, typing_at: now } : s, []];
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
      return [meetAlternative(answered(s, "accept", "open_chat"), n), []];
    case "form_refused":
      return [{ ...answered(s, "send_form"), form_errors: n.field_errors }, []];
    case "enquiry_taken":
    case "enquiry_refused":
      return [answerEnquiry(s, n), []];
    case "refused":
      return [refuse(s, n.id, n.code), []];
    default:
      // A newer server may send what this widget does not know, and `move` concerns the connection only.
      return [s, []];
  }
}

function welcome(before: Session, n: Welcome, now: number): Step {
  // The browser has become another person's: nothing of the first one's stays.
  const s = before.token && before.token !== n.token ? newSession() : before;
  const fresh = s.pending.filter((p) => meant(p, now));
  let next: Session = {
    ...s,
    token: n.token,
    link: "up",
    styling: n.styling,
    available: n.open,
    offer: answering(s, n.offer) ? null : n.offer,
    pending: fresh,
    resumed_after: -1,
  };
  if (n.chat) next = takeChat(next, n.chat);
  else if (s.chat && s.chat.launched) next = { ...putAway(next), window: "closed" };
  else if (s.chat && s.chat.state !== "ended") next.chat = { ...s.chat, state: "ended", ended_by: "system" };
  else if (!s.chat) next = { ...emptied({ ...next, offer: s.offer && next.offer }), offer: next.offer };
  const chat = running(next);
  const unsent = next.unsent.filter((u) => chat && u.chat === chat.id && !u.refused);
  const frames: VisitorFrame[] = [...next.pending.map((p) => p.frame), ...unsent.map(sayFrame)];
  if (n.chat && n.chat.state !== "ended" && n.chat.id === s.dismissed)
    frames.unshift({ type: "end_chat", chat: n.chat.id });
  return [next, frames];
}

function takeChat(s: Session, chat: VisitorChat): Session {
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
  if (chat.rated) next = answered(next, "rate");
  if (chat.transcript === "promised") next = answered(next, "transcript");
  if (ended) next = answered(next, "end_chat");
  else next.alternative = null;
  if (chat.state !== "form") next = { ...answered(next, "send_form"), form_errors: {}, form_failed: false };
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

function refuse(s: Session, id: string | undefined, code: RefusalCode): Session {
  const enquiry = id && refuseEnquiry(s, id, code);
  if (enquiry) return enquiry;
  const said = id && s.unsent.find((u) => u.id === id);
  const over = code === "chat_closed" || (code === "not_found" && !(said && said.file));
  if (said) {
    const next = { ...s, unsent: s.unsent.map((u) => (u === said ? { ...u, refused: code } : u)) };
    return over && ofChat(s, said.chat) ? foundEnded(next) : next;
  }
  if (id) return s;
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
    pending: s.pending.filter((p) => p.frame.type !== "accept" && p.frame.type !== "open_chat"),
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
  const pending = s.pending.filter((p) => meant(p, now));
  const asked = s.pending.find((p) => p.frame.type === "accept" || p.frame.type === "open_chat");
  const stale = s.asking !== 0 && (!asked || now - asked.since >= asking_ms_max);
  const typing_at = now - s.typing_at < typing_ms ? s.typing_at : 0;
  let next = s;
  if (stale) next = { ...answered(s, "accept", "open_chat"), asking: 0, failed: true };
  else if (pending.length !== s.pending.length) {
    const left = (list: Pending[]) => list.some((p) => p.frame.type === "send_form");
    next = { ...s, pending, form_failed: s.form_failed || left(s.pending) !== left(pending) };
  }
  if (typing_at !== s.typing_at) next = { ...next, typing_at };
  const [marked, frames] = mark(next);
  const after = held(marked);
  const asked_before = marked.resumed_after === after;
  if (!marked.chat || marked.link !== "up" || marked.chat.last_seq <= after || asked_before)
    return [marked, frames];
  return [{ ...marked, resumed_after: after }, [...frames, { type: "resume", chat: marked.chat.id, after }]];
}

/** Leaving, declining and what was written are meant however late; the wish to chat goes stale. */
function meant(p: Pending, now: number): boolean {
  const { type } = p.frame;
  return (
    type === "end_chat" || type === "reject" || type === "send_enquiry" || now - p.since < pending_ms_max
  );
}

function answering(s: Session, offer: PresentedOffer | null): boolean {
  return s.pending.some((p) => offer && "presentation" in p.frame && p.frame.presentation === offer.id);
}

function promise(s: Session, frame: Pending["frame"], now: number): Step {
  return [{ ...s, pending: [...s.pending, { frame, since: now }] }, [frame]];
}

function answered(s: Session, ...types: Pending["frame"]["type"][]): Session {
  const pending = s.pending.filter((p) => !types.includes(p.frame.type));
  return pending.length === s.pending.length ? s : { ...s, pending };
}
