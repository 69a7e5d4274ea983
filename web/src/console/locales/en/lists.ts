/** Owns the English texts that all lists share. */
export const lists = {
  site: "Site",
  clear_search: "Clear the search",
  clear_filter: "Clear the filter",
  no_match_title: "Nothing fits",
  no_match_text: "Search for other words, or take filters away.",
  more: "Show more",
  more_failed: "There is more, which could not be loaded.",
} as const;
