/** The messages of the shared session: what came, what is not yet acknowledged, and what the server is told of it. Pure. */
import type { Message, MessageFile, VisitorChat, VisitorFrame } from "../api/wire";
import { heldUpTo, insertMessage } from "./order";
import type { Session, Step, Unsent } from "./session";

const unsent_max = 100;

/** A chat that has not ended. */
export function running(s: Session): VisitorChat | null {
  return s.chat && s.chat.state !== "ended" ? s.chat : null;
}

/** The highest sequence number up to which no message is missing. */
export function held(s: Session): number {
  return heldUpTo(s.messages);
}

export function receive(s: Session, chat: string, message: Message): Step {
  if (!ofChat(s, chat) || s.messages.some((m) => m.seq === message.seq)) return [s, []];
  const messages = insertMessage(s.messages, message);
  return fillGap({
    ...s,
    messages,
    unsent: s.unsent.filter((u) => u.id !== message.id),
    typing_at: endsTyping(s, message) ? 0 : s.typing_at,
  });
}

/** In a chat with two agents one may still be writing while the other has written. */
function endsTyping({ typing_name }: Session, { from, name }: Message): boolean {
  return from === "agent" && (!typing_name || typing_name === name);
}

export function acknowledge(s: Session, chat: string, id: string, seq: number): Step {
  const sent = s.unsent.find((u) => u.id === id);
  if (!sent || !ofChat(s, chat)) return [s, []];
  const { text, at, file } = sent;
  return receive(s, chat, { seq, id, from: "visitor", name: "", text, at, file });
}

/** Asks at once for what is missing before the newest message, once for each gap. */
function fillGap(s: Session): Step {
  const newest = s.messages[s.messages.length - 1];
  const after = held(s);
  if (!s.chat || !newest || newest.seq <= after || s.resumed_after === after) return [s, []];
  return [{ ...s, resumed_after: after }, [{ type: "resume", chat: s.chat.id, after }]];
}

export function say(s: Session, id: string, text: string, file: MessageFile | undefined, now: number): Step {
  const chat = running(s);
  if (!chat || !(text || file) || s.unsent.length >= unsent_max || s.unsent.some((u) => u.id === id))
    return [s, []];
  const unsent: Unsent = { chat: chat.id, id, text, at: now, file };
  return [{ ...s, unsent: [...s.unsent, unsent] }, [sayFrame(unsent)]];
}

export function retry(s: Session, id: string, now: number): Step {
  const chat = running(s);
  const again = s.unsent.find((u) => u.id === id);
  if (!chat || !again) return [s, []];
  const unsent: Unsent = { chat: chat.id, id, text: again.text, at: now, file: again.file };
  return [{ ...s, unsent: [...s.unsent.filter((u) => u.id !== id), unsent] }, [sayFrame(unsent)]];
}

/** Tells how far this browser is, where the server does not know it: after a while, or because a frame was lost. */
export function mark(s: Session): Step {
  const { chat } = s;
  if (!chat || s.link !== "up") return [s, []];
  const up_to = held(s);
  const has = s.messages.reduce((seq, m) => (m.from !== "visitor" && m.seq <= up_to ? m.seq : seq), 0);
  if (s.read_seq > Math.max(chat.visitor_read_seq, s.told_read_seq))
    return [{ ...s, told_read_seq: s.read_seq }, [{ type: "read", chat: chat.id, seq: s.read_seq }]];
  if (has <= Math.max(chat.visitor_delivered_seq, s.told_delivered_seq, s.read_seq)) return [s, []];
  return [{ ...s, told_delivered_seq: has }, [{ type: "delivered", chat: chat.id, seq: has }]];
}

/** What the visitor is not to miss: what an agent has written, and that the chat is about to close. */
export function isNews(message: Message): boolean {
  return message.from === "agent" || isIdleWarning(message);
}

export function isIdleWarning({ from, text }: Message): boolean {
  return from === "system" && text === "idle_warning";
}

/** Somebody has written in it: what was written stays in view wherever the chat stands. */
export function talked(s: Session): boolean {
  return s.chat !== null && (s.unsent.length > 0 || s.messages.some(({ from }) => from !== "system"));
}

/** What was said last of where the chat waits now: passed on by an agent, or moved to another queue. */
export function lastMove({ messages }: Session): "transferred" | "queue_moved" | null {
  for (const { from, text } of [...messages].reverse())
    if (from === "system" && (text === "transferred" || text === "queue_moved")) return text;
  return null;
}

export function ofChat(s: Session, chat: string): boolean {
  return s.chat !== null && s.chat.id === chat;
}

export function sayFrame(u: Unsent): VisitorFrame {
  return { type: "say", chat: u.chat, id: u.id, text: u.text, file: u.file && u.file.id };
}
