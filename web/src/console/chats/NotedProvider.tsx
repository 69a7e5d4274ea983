/** Owns the place in the tree of what is noted of ended chats, and how it reaches the server. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { ApiError, hand, mayPass, request } from "../api/http";
import { applyNoted } from "../live/cache";
import { useHandingOver } from "../live/leaving";
import { createNotedKeeper, type Noted, type NotedKeeper } from "./noted";

/** The queues whose settings the forms of ended chats hold. */
export const WRAP_UP_QUEUES = ["queue"] as const;

const NotedContext = createContext<NotedKeeper | null>(null);

export function NotedProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const keeper = useMemo(() => keeperOf(queryClient), [queryClient]);
  useHandingOver(keeper);
  return <NotedContext.Provider value={keeper}>{children}</NotedContext.Provider>;
}

export function useNoted(): NotedKeeper {
  const keeper = useContext(NotedContext);
  if (keeper === null) throw new Error("useNoted stands inside NotedProvider");
  return keeper;
}

function keeperOf(queryClient: QueryClient): NotedKeeper {
  const path = (chat: string) => `/chats/${chat}/wrap-up`;
  const put = async (chat: string, noted: Noted) => {
    await request("PUT", path(chat), noted);
    return noted;
  };
  return createNotedKeeper({
    async keep(chat, noted) {
      try {
        return await put(chat, noted);
      } catch (error) {
        if (noted.disposition === "" || !isAboutDisposition(error)) throw error;
        // The queue offers it no longer: what is written in words is not lost for that.
        void queryClient.invalidateQueries({ queryKey: WRAP_UP_QUEUES });
        return await put(chat, { ...noted, disposition: "" });
      }
    },
    hand: (chat, noted) => hand("PUT", path(chat), noted),
    kept: (chat, noted) => applyNoted(queryClient, chat, noted),
    passes: mayPass,
  });
}

function isAboutDisposition(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    error.status === 422 &&
    (error.problem.errors ?? []).some(({ pointer }) => pointer === "/disposition")
  );
}
