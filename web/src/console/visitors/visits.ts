/** Owns how live visits are told apart, filtered and sorted. Pure. */
import type { Visit } from "../../api/rest";

/** Who is away is not in the list (T-7); who has just left, with no page open any more, is for as long as it takes to be away. */
export type VisitState = "browsing" | "offer" | "chat" | "left";
export const VISIT_STATES: readonly VisitState[] = ["browsing", "offer", "chat", "left"];
/** What the list can be filtered by: nobody has just left for long enough to be looked for. */
export const FILTER_STATES = VISIT_STATES.filter((state) => state !== "left");

const SORT_KEYS = ["visitor", "page", "on_page", "pages", "on_site", "offers", "state"] as const;
export type SortKey = (typeof SORT_KEYS)[number];
export interface Sort {
  key: SortKey;
  down: boolean;
}

/** As it stands in the address; the time on the site where that says nothing that is known. */
export function sortOf(text: string | null): Sort {
  const key = SORT_KEYS.find((known) => known === text?.replace("-", ""));
  return key && text ? { key, down: text.startsWith("-") } : { key: "on_site", down: false };
}

export interface VisitFilter {
  text: string;
  state: VisitState | null;
}

/** What counts most about a visit: a chat before an open offer before a page. */
export function visitState(visit: Visit): VisitState {
  if (visit.chat_id !== null) return "chat";
  if (visit.offer_state !== null) return "offer";
  return visit.page === null ? "left" : "browsing";
}

export function selectVisits(visits: readonly Visit[], filter: VisitFilter, sort: Sort): Visit[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = visits.filter((visit) => {
    if (filter.state !== null && visitState(visit) !== filter.state) return false;
    if (words.length === 0) return true;
    const text = searchText(visit);
    return words.every((word) => text.includes(word));
  });
  const compare = COMPARE[sort.key];
  // The id decides among equals, so that rows do not change places from one refresh to the next.
  return found.sort((a, b) => (sort.down ? compare(b, a) : compare(a, b)) || byText(a.id, b.id));
}

function searchText(visit: Visit): string {
  const { customer, page, device, browser, language, id, visitor_id } = visit;
  const parts = [customer?.name, page?.url, page?.title, device, browser, language, id, visitor_id];
  return parts.join(" ").toLowerCase();
}

const COMPARE: Record<SortKey, (a: Visit, b: Visit) => number> = {
  visitor: (a, b) => a.visit_number - b.visit_number,
  page: (a, b) => byText(a.page?.url ?? "", b.page?.url ?? ""),
  on_page: (a, b) => (b.page?.entered_at ?? 0) - (a.page?.entered_at ?? 0),
  pages: (a, b) => a.page_views - b.page_views,
  on_site: (a, b) => b.started_at - a.started_at,
  offers: (a, b) => a.offers - b.offers,
  state: (a, b) => rank(a) - rank(b),
};

export type OfferEnd = "open" | "accepted_late" | NonNullable<Visit["last_outcome"]>;

/** What became of the last offer of this visit; null where there was none. */
export function lastOffer(visit: Visit): OfferEnd | null {
  if (visit.offers === 0) return null;
  return visit.last_accepted_late ? "accepted_late" : (visit.last_outcome ?? "open");
}

/** Ids and addresses have no language; comparing by one takes ten times as long, and there are ten thousand. */
function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function rank(visit: Visit): number {
  return { chat: 3, offer: 2, browsing: 1, left: 0 }[visitState(visit)];
}

/** What the directory calls the visitor, or else `named` by the best short name there is. */
export function visitorName(
  { customer, visitor_id }: Pick<Visit, "customer" | "visitor_id">,
  named: (code: string) => string,
): string {
  return customer?.name || named(visitor_id.slice(-4));
}
