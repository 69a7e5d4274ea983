/** Owns how times, durations and addresses are written. Pure: the time now and the language are arguments. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** `0:07`, `12:40`, `1:05:09`. */
export function bytesText(bytes: number, language: string): string {
  const large = bytes >= 1024 * 1024;
  const value = bytes / (large ? 1024 * 1024 : 1024);
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: large ? "megabyte" : "kilobyte",
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}

export function timer(ms: number): string {
  const total = Math.max(0, Math.floor(ms / SECOND_MS));
  const seconds = String(total % 60).padStart(2, "0");
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** `7 s`, `3 min`, `2 h 5 min`, `4 d`: one or two units, for spans that do not tick. */
export function span(ms: number): string {
  const positive = Math.max(0, ms);
  if (positive < MINUTE_MS) return `${Math.floor(positive / SECOND_MS)} s`;
  if (positive < HOUR_MS) {
    const seconds = Math.floor(positive / SECOND_MS) % 60;
    const minutes = Math.floor(positive / MINUTE_MS);
    return seconds > 0 && minutes < 10 ? `${minutes} min ${seconds} s` : `${minutes} min`;
  }
  if (positive < DAY_MS) {
    const minutes = Math.floor(positive / MINUTE_MS) % 60;
    const hours = Math.floor(positive / HOUR_MS);
    return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  }
  return `${Math.floor(positive / DAY_MS)} d`;
}

/** `just now`, `5 minutes ago`, `yesterday`. */
export function ago(at: number, now: number, language: string): string {
  const past = now - at;
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  if (past < MINUTE_MS) return words.format(0, "second");
  if (past < HOUR_MS) return words.format(-Math.floor(past / MINUTE_MS), "minute");
  if (past < DAY_MS) return words.format(-Math.floor(past / HOUR_MS), "hour");
  return words.format(-Math.floor(past / DAY_MS), "day");
}

/** Hours and minutes. */
export function clock(at: number, language: string): string {
  return formatOf(language, "clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** Date and time in full, for a tooltip. */
export function fullTime(at: number, language: string): string {
  return formatOf(language, "full", { dateStyle: "medium", timeStyle: "medium" }).format(at);
}

/** Date and time to the minute, for ends that lie days away. */
export function dateTime(at: number, language: string): string {
  return formatOf(language, "date_time", { dateStyle: "medium", timeStyle: "short" }).format(at);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format takes far longer than using it, and a long conversation uses one for each line. */
function formatOf(language: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${name}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(language, options);
  formats.set(key, made);
  return made;
}

/** The day in words for today and yesterday, else the date; the year only when it is another one. */
export function dayLabel(at: number, now: number, language: string): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
  if (days === 0 || days === 1) {
    const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-days, "day");
    return words.charAt(0).toLocaleUpperCase(language) + words.slice(1);
  }
  const same_year = new Date(at).getFullYear() === new Date(now).getFullYear();
  const year = same_year ? {} : ({ year: "numeric" } as const);
  return new Intl.DateTimeFormat(language, {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...year,
  }).format(at);
}

export function isSameDay(a: number, b: number): boolean {
  return startOfDay(a) === startOfDay(b);
}

function startOfDay(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** Path and query of an address, for a narrow column; the whole text when it is no address. */
export function shortUrl(url: string): string {
  try {
    const { pathname, search } = new URL(url);
    return pathname + search;
  } catch {
    return url;
  }
}

export function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

/** The last eight characters of an id: the first ones are a time and look alike. */
export function shortId(id: string): string {
  return id.slice(-8);
}
