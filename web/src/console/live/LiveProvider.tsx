/** Owns the place of the live connection in the tree, and the hooks that read it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { SessionUser } from "../../api/rest";
import type { Chat, Message } from "../../api/wire";
import { keys } from "../api/queries";
import type { Me } from "../chats/part";
import { readUpTo } from "./along";
import { connectLive, type Live } from "./client";
import { unreadCount } from "./messages";
import type { OutboxEntry } from "./outbox";
import { messagesQuery } from "./prefetch";
import type { LiveState } from "./store";

const LiveContext = createContext<Live | null>(null);

interface LiveProviderProps {
  user: SessionUser;
  onVisitorMessage(chat: Chat, message: Message): void;
  onHandedOver(chat: Chat): void;
  onNotTaken(entry: OutboxEntry, detail: string): void;
  children: ReactNode;
}

export function LiveProvider({ user, children, ...told }: LiveProviderProps) {
  const queryClient = useQueryClient();
  const [live, setLive] = useState<Live | null>(null);
  const tell = useRef(told);
  tell.current = told;
  const held = useRef(user);
  held.current = user;

  useEffect(() => {
    const connection = connectLive({
      url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live/agent`,
      user: { ...held.current, id: user.id },
      queryClient,
      onVisitorMessage: (chat, message) => tell.current.onVisitorMessage(chat, message),
      onHandedOver: (chat) => tell.current.onHandedOver(chat),
      onNotTaken: (entry, detail) => tell.current.onNotTaken(entry, detail),
      onSignedOut: () => void queryClient.invalidateQueries({ queryKey: keys.session }),
    });
    setLive(connection);
    return () => connection.close();
  }, [user.id, queryClient]);

  return live && <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error("useLive stands inside LiveProvider");
  return live;
}

/** One part of the live state; `pick` returns a part as it is, never a new object. */
export function useLiveState<T>(pick: (state: LiveState) => T): T {
  const { store } = useLive();
  return useSyncExternalStore(store.subscribe, () => pick(store.read()));
}

/** How many messages of visitors this person has not read in these chats: none where they only read along. */
export function useUnread(chats: readonly Chat[], me: Me): number {
  const queryClient = useQueryClient();
  const along = useLiveState((live) => live.read_along);
  let unread = 0;
  for (const chat of chats) {
    const read_seq = readUpTo(chat, me, along);
    if (read_seq === null) continue;
    unread += unreadCount(chat, queryClient.getQueryData<Message[]>(keys.messages(chat.id)), read_seq);
  }
  return unread;
}

/** The messages of a chat, as they come. */
export function useMessages(chat: string) {
  const queryClient = useQueryClient();
  return useQuery(messagesQuery(queryClient, chat));
}
