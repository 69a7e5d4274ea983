/** Owns the place of the drafts in the tree, and how they reach the server. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import type { Draft, Page } from "../../api/rest";
import { ApiError, hand, mayPass, request } from "../api/http";
import { useHandingOver } from "../live/leaving";
import {
  createDraftKeeper,
  type DraftKeeper,
  type DraftView,
  isSame,
  KeepFailure,
  parseLocal,
} from "./keeper";

const DraftsContext = createContext<DraftKeeper | null>(null);

export function DraftsProvider({ user, children }: { user: string; children: ReactNode }) {
  const keeper = useMemo(() => keeperOf(user), [user]);
  useEffect(() => {
    request<Page<Draft>>("GET", "/drafts")
      .then(({ items }) => {
        for (const draft of items) keeper.take(draft.chat_id, draft);
      })
      // Each chat asks again when it is opened.
      .catch(() => undefined);
  }, [keeper]);
  useHandingOver(keeper);
  return <DraftsContext.Provider value={keeper}>{children}</DraftsContext.Provider>;
}

export function useDrafts(): DraftKeeper {
  const keeper = useContext(DraftsContext);
  if (keeper === null) throw new Error("useDrafts stands inside DraftsProvider");
  return keeper;
}

/** The draft of a chat, brought up to date when it is opened and when the console gets the focus back. */
export function useDraft(chat: string): DraftView {
  const keeper = useDrafts();
  useEffect(() => {
    const load = () => void keeper.load(chat).catch(() => undefined);
    load();
    window.addEventListener("focus", load);
    return () => window.removeEventListener("focus", load);
  }, [keeper, chat]);
  return useSyncExternalStore(keeper.subscribe, () => keeper.read(chat));
}

export function useHasDraft(chat: string): boolean {
  const keeper = useDrafts();
  return useSyncExternalStore(keeper.subscribe, () => keeper.read(chat).text !== "");
}

/** What the server has too need not stay in this browser when the console starts. */
function forgetKept(prefix: string): void {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(prefix))) {
    const local = parseLocal(localStorage.getItem(key));
    if (isSame(local, local.saved)) localStorage.removeItem(key);
  }
}

function keeperOf(user: string): DraftKeeper {
  const prefix = `beckon.console.draft.${user}.`;
  forgetKept(prefix);
  const path = (chat: string) => `/chats/${chat}/draft`;
  return createDraftKeeper({
    find: (chat) => request<Draft>("GET", path(chat)),
    keep: async (chat, draft) => {
      try {
        return await request<Draft>("PUT", path(chat), draft);
      } catch (error) {
        throw new KeepFailure(reasonOf(error));
      }
    },
    hand: (chat, draft) => hand("PUT", path(chat), draft),
    storage: localStorage,
    prefix,
  });
}

function reasonOf(error: unknown): "stale" | "final" | "later" {
  if (error instanceof ApiError && error.status === 409) return "stale";
  return mayPass(error) ? "later" : "final";
}
