/** Owns that what has not changed stays the same object from one answer to the next, wherever in the list it stands. */

interface Identified {
  id: string;
}

/** The items of `after`; where one of `before` with its id says the same, that one. */
export function keepUnchanged<T extends Identified>(before: readonly T[] | undefined, after: T[]): T[] {
  if (!before) return after;
  const known = new Map(before.map((item) => [item.id, item]));
  return after.map((item) => {
    const held = known.get(item.id);
    return held && saysTheSame(held, item) ? held : item;
  });
}

/** For what came as JSON. */
export function saysTheSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const names = Object.keys(right);
  return (
    Object.keys(left).length === names.length && names.every((name) => saysTheSame(left[name], right[name]))
  );
}
