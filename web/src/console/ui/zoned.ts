/** Owns times as a clock on the wall shows them in a zone. Pure. */

const DAY_MS = 86_400_000;

/** The zone if this browser knows it, else UTC. */
export function knownZone(zone: string): string {
  try {
    Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}

/**
 * The moment at which the clocks of `zone` show `text`, such as `2026-03-29T02:30`; null where it is no time. Of two such
 * moments the earlier; an hour that the clocks leave out is read as if they had not yet been put forward.
 */
export function momentAt(text: string, zone: string): number | null {
  const shown = Date.parse(`${text}Z`);
  if (Number.isNaN(shown)) return null;
  const [before, after] = [-DAY_MS, DAY_MS].map((shift) => shown - offsetAt(shown + shift, zone));
  if (before === undefined || after === undefined) return null;
  const is_shown = (at: number) => at + offsetAt(at, zone) === shown;
  return is_shown(before) || !is_shown(after) ? before : after;
}

/** What the clocks of `zone` show at a moment, to the minute, such as `2026-03-29T02:30`. */
export function shownAt(at: number, zone: string): string {
  return new Date(at + offsetAt(at, zone)).toISOString().slice(0, 16);
}

/** How far the clocks of `zone` are ahead of UTC, to the second. */
function offsetAt(at: number, zone: string): number {
  const format = new Intl.DateTimeFormat("en-US", {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    hourCycle: "h23",
    timeZone: zone,
  });
  const found = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => found.get(type) ?? 0;
  const shown = new Date(0);
  // Not `Date.UTC`, which takes the years of the first century for those of the twentieth.
  shown.setUTCFullYear(part("year"), part("month") - 1, part("day"));
  shown.setUTCHours(part("hour"), part("minute"), part("second"));
  return shown.getTime() - Math.floor(at / 1000) * 1000;
}
