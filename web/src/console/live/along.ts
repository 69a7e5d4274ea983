/** Owns how far this person has read each chat that they have joined: the server keeps the mark of the owner alone. */
import type { SessionUser } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { type Me, partOf } from "../chats/part";
import type { LiveStore } from "./store";

/** Chat id to the number of the last message that was read. */
export type ReadAlong = Record<string, number>;

export interface Along {
  /** Whoever has joined has read what was said before. */
  changed(before: Chat | undefined, chat: Chat): void;
  /** The chat's messages up to `seq` were seen. */
  read(chat: string, seq: number): void;
}

/** Up to where this person has read the chat; null for those who neither have it nor have joined. */
export function readUpTo(chat: Chat, me: Me, along: ReadAlong): number | null {
  const { owner, guest } = partOf(chat, me);
  if (owner) return chat.agent_read_seq;
  return guest ? (along[chat.id] ?? chat.last_seq) : null;
}

export function storedAlong(user: string): ReadAlong {
  const along: ReadAlong = {};
  try {
    const found = JSON.parse(sessionStorage.getItem(keyOf(user)) ?? "{}") as Record<string, unknown>;
    for (const [chat, seq] of Object.entries(found)) if (typeof seq === "number") along[chat] = seq;
  } catch {
    return {};
  }
  return along;
}

export function createAlong(user: SessionUser, store: LiveStore): Along {
  function keep(read_along: ReadAlong): void {
    sessionStorage.setItem(keyOf(user.id), JSON.stringify(read_along));
    store.update({ read_along });
  }

  return {
    changed(before, chat) {
      const { read_along } = store.read();
      const { [chat.id]: seq, ...rest } = read_along;
      if (!partOf(chat, user).guest || chat.state !== "active") {
        if (seq !== undefined) keep(rest);
        return;
      }
      const rejoined = before !== undefined && !partOf(before, user).guest;
      if (seq === undefined || rejoined) keep({ ...rest, [chat.id]: chat.last_seq });
    },
    read(chat, seq) {
      const { read_along } = store.read();
      if ((read_along[chat] ?? 0) < seq) keep({ ...read_along, [chat]: seq });
    },
  };
}

function keyOf(user: string): string {
  return `beckon.console.read-along.${user}`;
}
