/** Owns what somebody changed of a thing, and how that goes together with what others changed of it meanwhile. Pure. */
import { saysTheSame } from "../api/keep-unchanged";

/** A thing has members, and a member that is a group has parts: so deep two people may change it side by side. */
const DEPTH = 2;

/** The members of `values` that are not as they are in `before`. */
export function changes<T extends object>(before: T, values: T): Partial<T> {
  const changed = Object.entries(values).filter(
    ([name, value]) => !saysTheSame(before[name as keyof T], value),
  );
  return Object.fromEntries(changed) as Partial<T>;
}

/**
 * What was changed from `before` to `values`, on top of what is stored `now`. Where both changed the same part, `values` has
 * its way; a list is one part.
 */
export function onTop<T extends object>(before: T, values: T, now: T): T {
  return together(before, values, now, DEPTH) as T;
}

function together(before: unknown, values: unknown, now: unknown, depth: number): unknown {
  if (saysTheSame(before, values)) return now;
  if (depth === 0 || !isGroup(before) || !isGroup(values) || !isGroup(now)) return values;
  const names = new Set([...Object.keys(now), ...Object.keys(values)]);
  const parts = [...names].map((name) => [name, together(before[name], values[name], now[name], depth - 1)]);
  return Object.fromEntries(parts.filter(([, part]) => part !== undefined));
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
