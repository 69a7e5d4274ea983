/** Owns what the console reads from the server: query keys and one hook for each resource. */
import {
  keepPreviousData,
  QueryClient,
  type QueryFunctionContext,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";
import type {
  AgentRow,
  Decision,
  Enquiry,
  EnquiryCount,
  EnquiryState,
  Explanation,
  HandChoice,
  Holidays,
  LiveVisits,
  Offer,
  Page,
  PresentationRecord,
  Queue,
  Rule,
  RulesToday,
  Seen,
  Session,
  Setup,
  Site,
  User,
  Visit,
  VisitDetail,
  Wallboard,
  WaysIn,
} from "../../api/rest";
import type { Chat, Message } from "../../api/wire";
import { knownZone } from "../ui/zoned";
import { ApiError, request, requestAll } from "./http";
import { keepUnchanged } from "./keep-unchanged";
import { withChanges } from "./meanwhile";

const VISITS_REFRESH_MS = 5_000;
const HAND_REFRESH_MS = 3_000;
const WALLBOARD_REFRESH_MS = 5_000;
const MAIL_REFRESH_MS = 5_000;
const MESSAGES_PAGE_SIZE = 200;
const MESSAGE_PAGES_MAX = 50;

export const keys = {
  session: ["session"] as const,
  setup: ["setup"] as const,
  waysIn: ["ways-in"] as const,
  chats: ["chats", "open"] as const,
  chat: (id: string) => ["chat", id] as const,
  messages: (id: string) => ["messages", id] as const,
  visits: (site: string | null) => ["visits", site] as const,
  visit: (id: string) => ["visit", id] as const,
  decision: (visit: string) => ["decision", visit] as const,
  decisions: (visit: string) => ["decisions", visit] as const,
  handChoice: (visit: string) => ["hand-choice", visit] as const,
  presentation: (id: string) => ["presentation", id] as const,
  recentVisits: (site: string) => ["recent-visits", site] as const,
  seen: (site: string) => ["seen", site] as const,
  agents: ["agents"] as const,
  wallboard: ["wallboard"] as const,
  users: ["users"] as const,
  sites: ["sites"] as const,
  site: (id: string) => ["sites", id] as const,
  rulesToday: (site: string) => ["rules-today", site] as const,
  offers: (site: string) => ["offers", site] as const,
  rules: (site: string) => ["rules", site] as const,
  queues: (site: string) => ["queues", site] as const,
  enquiries: ["enquiries"] as const,
  enquiry: (id: string) => ["enquiry", id] as const,
  enquiryCount: ["enquiry-count"] as const,
  holidays: (country: string, year: number) => ["holidays", country, year] as const,
};

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) =>
          failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
        refetchOnWindowFocus: true,
      },
    },
  });
}

/** The session, or null when nobody is signed in. */
export function useSession() {
  return useQuery({
    queryKey: keys.session,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => request<Session | null>("GET", "/session", undefined, signal),
  });
}

/** How people can sign in. */
export function useWaysIn() {
  return useQuery({
    queryKey: keys.waysIn,
    queryFn: ({ signal }) => request<WaysIn>("GET", "/session/ways", undefined, signal),
  });
}

export function useSetup() {
  return useQuery({
    queryKey: keys.setup,
    queryFn: ({ signal }) => request<Setup>("GET", "/setup", undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Every chat that is not done with; the live connection keeps it fresh. */
export function useOpenChats() {
  return useQuery({
    queryKey: keys.chats,
    queryFn: (context) => withChanges(context, requestAll<Chat>("/chats?state=open", context.signal)),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useChat(id: string) {
  const queryClient = useQueryClient();
  return useQuery({
    queryKey: keys.chat(id),
    // A chat of the list is at hand; the live connection keeps it fresh.
    initialData: () => queryClient.getQueryData<Chat[]>(keys.chats)?.find((chat) => chat.id === id),
    queryFn: (context) => readChat(context, id),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** A chat, from the server where none is at hand. */
export function fetchChat(queryClient: QueryClient, id: string): Promise<Chat> {
  return queryClient.fetchQuery({
    queryKey: keys.chat(id),
    queryFn: (context) => readChat(context, id),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function readChat(context: QueryFunctionContext, id: string): Promise<Chat> {
  return withChanges(context, request<Chat>("GET", `/chats/${id}`, undefined, context.signal));
}

/** All messages of a chat after `after`. */
export async function fetchMessages(chat: string, after: number, signal?: AbortSignal): Promise<Message[]> {
  const messages: Message[] = [];
  let from = after;
  for (let page = 0; page < MESSAGE_PAGES_MAX; page += 1) {
    const path = `/chats/${chat}/messages?after=${from}&limit=${MESSAGES_PAGE_SIZE}`;
    const answer = await request<Page<Message>>("GET", path, undefined, signal);
    messages.push(...answer.items);
    const last = answer.items.at(-1);
    if (answer.next === null || answer.next === undefined || last === undefined) break;
    from = last.seq;
  }
  return messages;
}

export function useVisits(site: string | null) {
  return useQuery({
    queryKey: keys.visits(site),
    queryFn: ({ signal }) => {
      const path = site ? `/visits?site=${site}` : "/visits";
      return request<LiveVisits>("GET", path, undefined, signal);
    },
    refetchInterval: VISITS_REFRESH_MS,
    placeholderData: keepPreviousData,
    // They can be ten thousand, and each that comes moves the others: compared by place, all have changed.
    structuralSharing: (before, after) => {
      const list = after as LiveVisits;
      return { ...list, items: keepUnchanged((before as LiveVisits | undefined)?.items, list.items) };
    },
  });
}

export function useVisit(id: string | null, refresh_ms: number | false = false) {
  return useQuery({
    queryKey: keys.visit(id ?? ""),
    queryFn: (context) =>
      withChanges(context, request<VisitDetail>("GET", `/visits/${id}`, undefined, context.signal)),
    enabled: id !== null,
    refetchInterval: refresh_ms,
  });
}

/** Why the visitor is offered something or nothing now; null when they are not on the site any more. */
export function useDecision(visit: string, refresh_ms: number | false = false) {
  return useQuery({
    queryKey: keys.decision(visit),
    queryFn: ({ signal }) =>
      unlessGone(request<Explanation>("GET", `/visits/${visit}/decision`, undefined, signal)),
    refetchInterval: refresh_ms,
    placeholderData: keepPreviousData,
  });
}

/** The latest decisions of a visit, newest first. */
export function useDecisions(visit: string, refresh_ms: number | false = false) {
  return useQuery({
    queryKey: keys.decisions(visit),
    queryFn: async ({ signal }) =>
      (await request<Page<Decision>>("GET", `/visits/${visit}/decisions`, undefined, signal)).items,
    refetchInterval: refresh_ms,
  });
}

/** What can be presented by hand; null when the visitor is not on the site any more. */
export function useHandChoice(visit: string) {
  return useQuery({
    queryKey: keys.handChoice(visit),
    queryFn: ({ signal }) =>
      unlessGone(request<HandChoice>("GET", `/visits/${visit}/offers`, undefined, signal)),
    refetchInterval: HAND_REFRESH_MS,
    staleTime: 0,
  });
}

export function usePresentation(id: string) {
  return useQuery({
    queryKey: keys.presentation(id),
    queryFn: ({ signal }) => request<PresentationRecord>("GET", `/presentations/${id}`, undefined, signal),
    refetchInterval: (query) => (query.state.data?.outcome === null ? VISITS_REFRESH_MS : false),
  });
}

export function useRecentVisits(site: string) {
  return useQuery({
    queryKey: keys.recentVisits(site),
    queryFn: async ({ signal }) =>
      (await request<Page<Visit>>("GET", `/sites/${site}/visits`, undefined, signal)).items,
    refetchInterval: 15_000,
  });
}

/** Pages, attributes and events seen on a site lately. */
export function useSeen(site: string) {
  return useQuery({
    queryKey: keys.seen(site),
    queryFn: ({ signal }) => request<Seen>("GET", `/sites/${site}/seen`, undefined, signal),
    staleTime: 60_000,
  });
}

async function unlessGone<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export function useAgents() {
  return useQuery({
    queryKey: keys.agents,
    queryFn: async ({ signal }) => {
      const answer = await request<AgentRow[] | Page<AgentRow>>("GET", "/agents", undefined, signal);
      return Array.isArray(answer) ? answer : answer.items;
    },
    refetchInterval: 15_000,
  });
}

/** Counted anew every few seconds, and when a chat changes. */
export function useWallboard(site: string | null, target_s: number) {
  const client = useQueryClient();
  const { dataUpdatedAt: chats_changed_at } = useOpenChats();
  useEffect(() => {
    if (chats_changed_at > 0) void client.invalidateQueries({ queryKey: keys.wallboard });
  }, [client, chats_changed_at]);
  return useQuery({
    queryKey: [...keys.wallboard, site, target_s],
    queryFn: ({ signal }) => {
      const of_site = site ? `&site=${site}` : "";
      return request<Wallboard>("GET", `/wallboard?target_s=${target_s}${of_site}`, undefined, signal);
    },
    refetchInterval: WALLBOARD_REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}

export function useUsers() {
  return useQuery({ queryKey: keys.users, queryFn: ({ signal }) => requestAll<User>("/users", signal) });
}

export function useSites() {
  return useQuery({ queryKey: keys.sites, queryFn: ({ signal }) => requestAll<Site>("/sites", signal) });
}

/** The zone on whose clocks the rules of a site read weekdays and times. */
export function useSiteZone(site: string): string {
  const found = useSites().data?.find(({ id }) => id === site);
  return knownZone(found?.settings.time_zone ?? "UTC");
}

export function useOffers(site: string) {
  return useQuery({
    queryKey: keys.offers(site),
    queryFn: ({ signal }) => requestAll<Offer>(`/sites/${site}/offers`, signal),
  });
}

/** What each rule has brought today; asked for again now and then while it is looked at. */
export function useRulesToday(site: string) {
  return useQuery({
    queryKey: keys.rulesToday(site),
    queryFn: ({ signal }) => request<RulesToday>("GET", `/sites/${site}/rules/today`, undefined, signal),
    refetchInterval: WALLBOARD_REFRESH_MS,
  });
}

export function useRules(site: string) {
  return useQuery({
    queryKey: keys.rules(site),
    queryFn: ({ signal }) => requestAll<Rule>(`/sites/${site}/rules`, signal),
  });
}

export function useQueues(site: string) {
  return useQuery({
    queryKey: keys.queues(site),
    queryFn: ({ signal }) => requestAll<Queue>(`/sites/${site}/queues`, signal),
  });
}

export interface EnquiryView {
  site: string;
  state: EnquiryState | null;
  queue: string | null;
  q: string;
}

/** Newest first; the live connection says when to ask again. */
export function useEnquiries({ site, state, queue, q }: EnquiryView) {
  return useInfiniteQuery({
    queryKey: [...keys.enquiries, site, state, queue, q],
    enabled: site !== "",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams();
      const given = { state: state ?? "", queue: queue ?? "", q, after: pageParam };
      for (const [name, value] of Object.entries(given)) if (value) query.set(name, value);
      return request<Page<Enquiry>>("GET", `/sites/${site}/enquiries?${query}`, undefined, signal);
    },
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** How many enquiries wait for somebody, over all sites; the live connection says when to ask again. */
export function useEnquiryCount(): number {
  const count = useQuery({
    queryKey: keys.enquiryCount,
    queryFn: ({ signal }) => request<EnquiryCount>("GET", "/enquiries/count", undefined, signal),
  });
  return count.data?.open ?? 0;
}

export function useEnquiry(id: string | null) {
  return useQuery({
    queryKey: keys.enquiry(id ?? ""),
    queryFn: ({ signal }) => request<Enquiry>("GET", `/enquiries/${id}`, undefined, signal),
    enabled: id !== null,
    // Nothing says that its mail has left.
    refetchInterval: ({ state }) => (state.data?.mail === "waiting" ? MAIL_REFRESH_MS : false),
  });
}

/** The countries there are, and the holidays of one when it is named. */
export function useHolidays(country: string, year: number) {
  return useQuery({
    queryKey: keys.holidays(country, year),
    queryFn: ({ signal }) => {
      const query = country ? `?country=${country}&year=${year}` : "";
      return request<Holidays>("GET", `/holidays${query}`, undefined, signal);
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}
