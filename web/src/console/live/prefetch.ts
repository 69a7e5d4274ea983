/** Owns reading a chat and its messages before it is opened, and the query of its messages. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import type { SessionUser } from "../../api/rest";
import type { Chat, Message } from "../../api/wire";
import { fetchMessages, keys } from "../api/queries";
import { heldMessages } from "./cache";
import { contiguousSeq, mergeMessages } from "./messages";

/** What is held, filled up once by request, and from then on as messages come. */
export function messagesQuery(queryClient: QueryClient, chat: string) {
  return queryOptions({
    queryKey: keys.messages(chat),
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<Message[]> => {
      const after = contiguousSeq(heldMessages(queryClient, chat));
      const fetched = await fetchMessages(chat, after, signal);
      return mergeMessages(heldMessages(queryClient, chat), fetched);
    },
  });
}

/** What is at hand already is not asked for again; what this person may not read is not asked for at all. */
export function prefetchChat(queryClient: QueryClient, chat: Chat, user: SessionUser): void {
  if (queryClient.getQueryData(keys.chat(chat.id)) === undefined) {
    queryClient.setQueryData<Chat>(keys.chat(chat.id), chat);
  }
  const readable = user.role !== "agent" || chat.agent === null || chat.agent.id === user.id;
  if (readable) void queryClient.prefetchQuery(messagesQuery(queryClient, chat.id));
}
