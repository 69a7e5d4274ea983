/** Owns the list of open chats: taking in a changed chat, and sorting chats by what the agent has to do. Pure. */
import type { Chat, Message } from "../../api/wire";
import { ringDue } from "../chats/part";

export interface ChatGroups {
  /** Ringing at this agent, from the queue or from a colleague: the most urgent first. */
  ringing: Chat[];
  /** Active, and owned or joined by this agent: who waits for an answer first. */
  mine: Chat[];
  /** Ended, owned by this agent, not wrapped up. */
  wrap_up: Chat[];
  /** In the queue, or ringing at someone else; by priority, then arrival. */
  waiting: Chat[];
  /** The visitor fills in the form. */
  form: Chat[];
  /** Active at another agent. */
  others: Chat[];
}

/** `chats` with `chat` in place of its older self; without it once it is done with. */
export function upsertChat(chats: Chat[], chat: Chat): Chat[] {
  const done = chat.state === "ended" && chat.wrapped_up;
  const index = chats.findIndex((held) => held.id === chat.id);
  if (index < 0) return done ? chats : [...chats, chat];
  if (done) return chats.filter((held) => held.id !== chat.id);
  return chats.map((held) => (held.id === chat.id ? newer(held, chat) : held));
}

/** Counters never run backwards: a slow answer must not undo what a later frame said. */
function newer(held: Chat, chat: Chat): Chat {
  if (chat.last_seq < held.last_seq && chat.owner_epoch === held.owner_epoch && chat.state === held.state)
    return held;
  return {
    ...chat,
    last_seq: Math.max(held.last_seq, chat.last_seq),
    visitor_read_seq: Math.max(held.visitor_read_seq, chat.visitor_read_seq),
    agent_read_seq: Math.max(held.agent_read_seq, chat.agent_read_seq),
    visitor_delivered_seq: Math.max(held.visitor_delivered_seq, chat.visitor_delivered_seq),
    agent_delivered_seq: Math.max(held.agent_delivered_seq, chat.agent_delivered_seq),
  };
}

export function groupChats(chats: readonly Chat[], me: string): ChatGroups {
  const groups: ChatGroups = { ringing: [], mine: [], wrap_up: [], waiting: [], form: [], others: [] };
  for (const chat of chats) groupOf(groups, chat, me)?.push(chat);
  const by = (key: (chat: Chat) => number) => (a: Chat, b: Chat) => key(a) - key(b);
  groups.ringing.sort(by((chat) => ringDue(chat, me) ?? chat.requested_at));
  groups.waiting.sort(by((chat) => chat.queued_at ?? chat.requested_at));
  groups.waiting.sort(by((chat) => -chat.priority));
  groups.form.sort(by((chat) => chat.requested_at));
  groups.mine.sort(byNeed);
  groups.others.sort(by((chat) => chat.answered_at ?? chat.requested_at));
  groups.wrap_up.sort(by((chat) => chat.ended_at ?? chat.requested_at));
  return groups;
}

/** The slots that chats take of this agent, as the server counts them: until they are wrapped up, and those offered for keeps. */
export function slotsTaken(chats: readonly Chat[], me: string): number {
  return chats.filter((chat) => {
    const offered = chat.call?.purpose === "transfer" && chat.call.to.id === me;
    return offered || (chat.agent?.id === me && !(chat.state === "ended" && chat.wrapped_up));
  }).length;
}

/** The visitor waits for an answer, and this agent has not read all there is. */
export function needsAgent(chat: Chat): boolean {
  return chat.unanswered_since !== null && chat.last_seq > chat.agent_read_seq;
}

/** Since when the visitor of an active chat has had no answer, whether or not its agent has read what they wrote. */
export function unansweredSince({ state, unanswered_since }: Chat): number | null {
  return state === "active" ? unanswered_since : null;
}

/** Since when the visitor has had no answer once `message` has come: only an agent's word that they can read is one. */
export function unansweredAfter({ unanswered_since }: Chat, { from, audience, at }: Message): number | null {
  switch (from) {
    case "visitor":
      return unanswered_since ?? at;
    case "agent":
      return audience === "staff" ? unanswered_since : null;
    case "system":
      return unanswered_since;
  }
}

/** Who waits for an answer stands first, the longest wait on top; then the chats in the order in which they began. */
function byNeed(a: Chat, b: Chat): number {
  const [first, second] = [needsAgent(a), needsAgent(b)];
  if (first !== second) return first ? -1 : 1;
  if (first) return (a.unanswered_since ?? 0) - (b.unanswered_since ?? 0);
  return (a.answered_at ?? a.requested_at) - (b.answered_at ?? b.requested_at);
}

function groupOf(groups: ChatGroups, chat: Chat, me: string): Chat[] | null {
  const own = chat.agent?.id === me;
  if (chat.call?.to.id === me) return groups.ringing;
  switch (chat.state) {
    case "form":
      return groups.form;
    case "queued":
      return groups.waiting;
    case "ringing":
      return own ? groups.ringing : groups.waiting;
    case "active":
      return own || chat.guests.some((guest) => guest.id === me) ? groups.mine : groups.others;
    case "ended":
      return own && !chat.wrapped_up ? groups.wrap_up : null;
  }
}
