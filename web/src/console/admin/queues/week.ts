/** Owns the week as it is drawn: which parts of a day are open, and what drawing on it changes. Pure. */
import type { Period } from "../../../api/rest";

export const DAY_MINUTES = 1_440;
/** What is drawn begins and ends on the quarter of an hour. */
const STEP_MINUTES = 15;

/** A part of a day, in minutes from its beginning. */
export interface Stretch {
  from: number;
  to: number;
  /** The period's place in the list. */
  index: number;
  /** It began on the day before and runs over midnight. */
  carried: boolean;
  /** It goes on after midnight. */
  over: boolean;
}

/** The stretches of one weekday; a period with a time that cannot be read is left out. */
export function stretchesOf(weekly: readonly Period[], weekday: number): Stretch[] {
  const before = weekday === 1 ? 7 : weekday - 1;
  return weekly
    .flatMap((period, index): Stretch[] => {
      const [from, to] = [minutesOf(period.from), minutesOf(period.to)];
      if (from === null || to === null) return [];
      const over = to <= from;
      if (period.weekday === weekday) {
        return [{ from, to: over ? DAY_MINUTES : to, index, carried: false, over: over && to > 0 }];
      }
      if (period.weekday !== before || !over || to === 0) return [];
      return [{ from: 0, to, index, carried: true, over: false }];
    })
    .sort((a, b) => a.from - b.from);
}

/** `09:30` as minutes; null when it is no time. */
export function minutesOf(time: string): number | null {
  if (time === "24:00") return DAY_MINUTES;
  const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time);
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}

export function timeOf(minutes: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The time at this share of the day, on the quarter of an hour. */
export function snapped(share: number): number {
  const minutes = Math.round((share * DAY_MINUTES) / STEP_MINUTES) * STEP_MINUTES;
  return Math.min(DAY_MINUTES, Math.max(0, minutes));
}

/** The period drawn from one time to another, in either direction; none when they are one. */
export function drawn(weekday: number, begun: number, now: number): Period | null {
  const [from, to] = [Math.min(begun, now), Math.max(begun, now)];
  return from === to ? null : { weekday, from: timeOf(from), to: timeOf(to) };
}

/** A period whose begin or end was drawn to another time; as it was where nothing would be left of it. */
export function stretched(period: Period, edge: "from" | "to", minutes: number): Period {
  const other = minutesOf(edge === "from" ? period.to : period.from);
  if (other === null) return period;
  const runs_over = (minutesOf(period.to) ?? 0) <= (minutesOf(period.from) ?? 0);
  const [from, to] = edge === "from" ? [minutes, other] : [other, minutes];
  if (!runs_over && to <= from) return period;
  if (runs_over && (from >= DAY_MINUTES || to > from)) return period;
  return { ...period, [edge]: timeOf(minutes) };
}

/** Weekday, 1 for Monday, and minute of a moment in a time zone. */
export function momentIn(zone: string, at: number): { weekday: number; minutes: number } | null {
  try {
    const parts = new Intl.DateTimeFormat("en-GB", {
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZone: zone,
    }).formatToParts(at);
    const part = (type: string) => parts.find((known) => known.type === type)?.value ?? "";
    const weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(part("weekday")) + 1;
    return weekday === 0 ? null : { weekday, minutes: Number(part("hour")) * 60 + Number(part("minute")) };
  } catch {
    return null;
  }
}
