/** How far a page was scrolled, and whether a movement of the page means that the visitor is about to leave. Pure. */

/** Percent of the way from the top (0) to the end (100); a page that cannot be scrolled has no depth. */
export function depth(top: number, visible: number, whole: number): number {
  const way = whole - visible;
  return way > 0 && top > 0 ? Math.min(100, Math.round((100 * top) / way)) : 0;
}

/** The deepest of the asked depths that was passed since `before`, or 0. */
export function passed(asked: number[], before: number, percent: number): number {
  return Math.max(0, ...asked.filter((at) => at > before && at <= percent));
}

const rush_px_min = 300;
const rush_px_per_ms = 1.5;

/** A flick back to the top, as a finger does on the way to the address. */
export function isRush(up_px: number, ms: number): boolean {
  return up_px >= rush_px_min && up_px / Math.max(1, ms) >= rush_px_per_ms;
}
