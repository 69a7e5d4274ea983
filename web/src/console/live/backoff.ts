/** Owns how long to wait before the next attempt to connect. Pure. */
const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Doubles with each failed attempt up to a bound; `chance` in [0, 1) spreads clients over the upper half. */
export function backoff_ms(attempt: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(full / 2 + (full / 2) * chance);
}

/** After these closes a new attempt would be refused again. */
export function isFinalClose(code: number): boolean {
  return code >= 4400 && code < 4500 && code !== 4429 && code !== 4408;
}
