/** Owns what this person is in a chat, and what they may do with it. Pure; the server decides in the end. */
import type { Role } from "../../api/rest";
import type { Call, Chat } from "../../api/wire";

export interface Me {
  id: string;
  role: Role;
}

export interface Part {
  /** Has the chat, or is the one it rings at. */
  owner: boolean;
  /** Has joined: writes along. */
  guest: boolean;
  /** Reads along without being seen. */
  watcher: boolean;
  /** Sees every chat and may step in. */
  supervisor: boolean;
  /** The call that rings at this person. */
  call: Call | null;
  /** May write to the visitor now. */
  writes: boolean;
  /** May write what only the team sees. */
  notes: boolean;
  /** May hand the chat on, invite, and end it. */
  decides: boolean;
}

export function partOf(chat: Chat, me: Me): Part {
  const is_me = (person: { id: string }) => person.id === me.id;
  const active = chat.state === "active";
  const owner = chat.agent !== null && is_me(chat.agent);
  const guest = chat.guests.some(is_me);
  const supervisor = me.role !== "agent";
  const call = chat.call && is_me(chat.call.to) ? chat.call : null;
  return {
    owner,
    guest,
    watcher: chat.watchers.some(is_me),
    supervisor,
    call,
    writes: active && (owner || guest),
    notes: active && (owner || guest || supervisor || call !== null),
    decides: active && (owner || supervisor),
  };
}

/** When the chat stops ringing at this person; null when it does not. */
export function ringDue(chat: Chat, me: string): number | null {
  if (chat.call?.to.id === me) return chat.call.due_at;
  return chat.state === "ringing" && chat.agent?.id === me ? chat.ring_due_at : null;
}
