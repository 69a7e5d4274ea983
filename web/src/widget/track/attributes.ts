/** What a page gives for attributes, made into attributes: typed, bounded, nothing else. Pure. */
import type { AttributeValue } from "../../api/wire";
import { plain } from "../loader/plain";

export type Attributes = Record<string, AttributeValue>;

const attributes_max = 64;
const name_chars_max = 64;
const text_chars_max = 256;
/** One frame takes 32 KB. */
const chars_max = 8_000;

/** Text, number, boolean or time (a Date), by a name of 1 to 64 characters; anything else is left out. */
export function attributesOf(given: unknown): Attributes {
  const found: Attributes = {};
  let left = chars_max;
  if (typeof given !== "object" || given === null) return found;
  for (const [name, value] of Object.entries(given).slice(0, attributes_max)) {
    const kept = typed(value);
    if (kept === null || !name || plain(name, name_chars_max) !== name) continue;
    left -= name.length + (typeof kept === "string" ? kept.length : 20);
    if (left > 0) found[name] = kept;
  }
  return found;
}

function typed(value: unknown): AttributeValue | null {
  if (typeof value === "string") return plain(value, text_chars_max);
  if (typeof value === "boolean" || Number.isFinite(value)) return value as boolean | number;
  const time = value instanceof Date ? value.getTime() : Number.NaN;
  return Number.isFinite(time) ? { time } : null;
}
