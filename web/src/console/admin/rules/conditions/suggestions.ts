/** Owns what is suggested for a match value, from the pages seen on the site. Pure. */
import type { MatchOn, MatchType, Seen } from "../../../../api/rest";

const SUGGESTIONS_MAX = 50;

/** Paths where a part of the address is enough; whole addresses and titles where all of it is compared. */
export function suggestionsFor(on: MatchOn, type: MatchType, pages: Seen["pages"]): string[] {
  if (type === "regex" || on === "referrer") return [];
  const values = pages.map((page) => {
    if (on === "page_title") return page.title;
    return type === "contains" ? pathOf(page.url) : page.url;
  });
  const wanted = values.filter((value) => value !== "" && value !== "/");
  return [...new Set(wanted)].slice(0, SUGGESTIONS_MAX);
}

function pathOf(url: string): string {
  try {
    return new URL(url).pathname;
  } catch {
    return url;
  }
}
