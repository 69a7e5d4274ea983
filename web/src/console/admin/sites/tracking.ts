/** Owns what there is to know about each visitor tracking setting: range, unit, default. Mirrors the specification. Pure. */
import type { SiteSettings } from "../../../api/rest";
import type { Range } from "../../ui/check";

export type NumberSetting = {
  [K in keyof SiteSettings]: SiteSettings[K] extends number ? K : never;
}[keyof SiteSettings];

export const DEFAULTS: SiteSettings = {
  poll_interval_s: 10,
  minimum_interval_s: 120,
  ignored_after_s: 60,
  after_rejection: "not_this_offer_again",
  after_ignored: "like_ignored",
  rejections_max: 0,
  ignored_max: 0,
  after_chat: "may_resume",
  after_chat_hours: 24,
  visit_timeout_min: 30,
  capacity_factor: 3,
  time_zone: "UTC",
  consent: "full",
};

export const RANGES: Record<Exclude<NumberSetting, undefined>, Range & { unit: "s" | "min" | "h" | null }> = {
  poll_interval_s: { min: 2, max: 300, unit: "s" },
  minimum_interval_s: { min: 0, max: 86_400, unit: "s" },
  ignored_after_s: { min: 10, max: 14_400, unit: "s" },
  rejections_max: { min: 0, max: 99, unit: null },
  ignored_max: { min: 0, max: 99, unit: null },
  after_chat_hours: { min: 1, max: 8_760, unit: "h" },
  visit_timeout_min: { min: 5, max: 1_440, unit: "min" },
  capacity_factor: { min: 1, max: 100, unit: null },
};

/** When what happens to an offer presented at 0 that nobody answers, in seconds, over a live connection. */
export function consequences(settings: SiteSettings): { ignored_s: number; next_s: number; gone_s: number } {
  const { ignored_after_s, minimum_interval_s, poll_interval_s } = settings;
  return {
    ignored_s: ignored_after_s,
    // A second offer needs the first one settled as well as the interval passed.
    next_s: Math.max(minimum_interval_s, ignored_after_s),
    gone_s: ignored_after_s + 2 * poll_interval_s,
  };
}
