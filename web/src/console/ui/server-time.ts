/** Owns the difference between the clocks of this machine and of the server: what the server dates is counted by its clock. */

/** Smaller differences are the time on the way and the rounding of the header to whole seconds. */
const TOLERATED_MS = 2_000;

let offset_ms = 0;

/** Takes the time from the `Date` header of an answer that has just come. */
export function noteServerTime(header: string | null): void {
  const at = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(at)) return;
  const difference = at - Date.now();
  offset_ms = Math.abs(difference) > TOLERATED_MS ? difference : 0;
}

/** How far the server's clock is ahead of this machine's, in milliseconds; 0 while that is no more than the way there takes. */
export function clockSkew(): number {
  return offset_ms;
}

/** The server's time now, in milliseconds since 1970. */
export function serverNow(): number {
  return Date.now() + offset_ms;
}
