/** Owns small checks of what was typed, with their words. Pure. */
import type { TFunction } from "i18next";

export interface Range {
  min: number;
  max: number;
}

export function checkRange(value: unknown, { min, max }: Range, t: TFunction): string | null {
  const good = typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
  return good ? null : t("admin.out_of_range", { min: grouped(min), max: grouped(max) });
}

export function checkName(value: string, t: TFunction): string | null {
  if (value.trim() === "") return t("admin.name_required");
  return value.length > 100 ? t("admin.name_long") : null;
}

/** Leaves out the fields that are right. */
export function compact(errors: Record<string, string | null>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [path, message] of Object.entries(errors)) if (message !== null) found[path] = message;
  return found;
}

export function isHexColor(value: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(value);
}

/** `https:` or a path on this server. */
export function isAssetUrl(value: string): boolean {
  return /^\/(?!\/)/.test(value) || isWebUrl(value, ["https:"]);
}

export function isWebUrl(value: string, schemes: string[] = ["https:", "http:"]): boolean {
  try {
    return schemes.includes(new URL(value).protocol);
  } catch {
    return false;
  }
}

/** An origin is scheme and host, and nothing behind. `*.` may stand before the host. */
export function isOrigin(value: string): boolean {
  const plain = value.replace("://*.", "://");
  try {
    const url = new URL(plain);
    return /^https?:$/.test(url.protocol) && url.origin === plain.toLowerCase();
  } catch {
    return false;
  }
}

/** The origin of what may be the address of a page; what is none is left for [`isOrigin`] to refuse. */
export function originOf(value: string): string {
  try {
    const url = new URL(value);
    return /^https?:$/.test(url.protocol) && !value.includes("*") ? url.origin : value;
  } catch {
    return value;
  }
}

/** 86400 becomes 86 400. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}
