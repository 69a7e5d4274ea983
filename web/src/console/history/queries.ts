/** Owns what the console reads of ended chats. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Page } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { request } from "../api/http";
import { fetchMessages } from "../api/queries";

/** How far back the list looks; the names stand in the address. */
export const PERIODS = { day: 1, week: 7, month: 30, quarter: 90 } as const;
export type Period = keyof typeof PERIODS;

export interface HistoryView {
  site: string;
  q: string;
  queue: string | null;
  agent: string | null;
  customer: string | null;
  disposition: string | null;
  tag: string | null;
  period: Period | null;
}

const keys = {
  list: (view: HistoryView) => ["history", "list", view] as const,
  chat: (id: string) => ["history", "chat", id] as const,
  messages: (id: string) => ["history", "messages", id] as const,
};

/** From the beginning of a day where the reader is, so that the pages of a list fit each other. */
export function beginning(period: Period | null, now: number): number | null {
  if (period === null) return null;
  const today = new Date(now);
  const day = today.getDate() - (PERIODS[period] - 1);
  return new Date(today.getFullYear(), today.getMonth(), day).getTime();
}

export function useHistory(view: HistoryView) {
  return useInfiniteQuery({
    queryKey: keys.list(view),
    enabled: view.site !== "",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const { site, period, ...filter } = view;
      const from = beginning(period, Date.now());
      const query = new URLSearchParams();
      const given = { ...filter, from: from === null ? "" : String(from), after: pageParam };
      for (const [name, value] of Object.entries(given)) if (value) query.set(name, value);
      return request<Page<Chat>>("GET", `/sites/${site}/history?${query}`, undefined, signal);
    },
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function usePastChat(id: string) {
  return useQuery({
    queryKey: keys.chat(id),
    queryFn: ({ signal }) => request<Chat>("GET", `/chats/${id}`, undefined, signal),
  });
}

export function usePastMessages(id: string) {
  return useQuery({
    queryKey: keys.messages(id),
    queryFn: ({ signal }) => fetchMessages(id, 0, signal),
  });
}
