/** Which pages of a site a preview can be opened on. Pure. */

/** The first page of each origin, then those that visitors have seen there. */
export function choosablePages(origins: readonly string[], seen: readonly string[]): string[] {
  const own = seen.filter((url) => origins.some((origin) => url.startsWith(`${origin}/`)));
  return [...new Set([...origins.map((origin) => `${origin}/`), ...own])];
}
