/** Owns the place in the tree of what is noted of ended chats, and how it reaches the server. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { hand, mayPass, request } from "../api/http";
import { applyNoted } from "../live/cache";
import { useHandingOver } from "../live/leaving";
import { createNotedKeeper, type NotedKeeper } from "./noted";

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
  return createNotedKeeper({
    keep: (chat, noted) => request("PUT", path(chat), noted),
    hand: (chat, noted) => hand("PUT", path(chat), noted),
    kept: (chat, noted) => applyNoted(queryClient, chat, noted),
    passes: mayPass,
  });
}
