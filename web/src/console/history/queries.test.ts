import { afterEach, expect, it, vi } from "vitest";
import { beginning } from "./queries";

afterEach(() => vi.unstubAllEnvs());

// spec: A-6
it.each(["America/New_York", "UTC", "Asia/Tokyo"])(
  "today begins at midnight in %s, as the reader has it",
  (zone) => {
    vi.stubEnv("TZ", zone);
    for (const hour of [0, 12, 23]) {
      const now = new Date(2026, 10, 30, hour, 30).getTime();
      expect(beginning("day", now)).toBe(new Date(2026, 10, 30).getTime());
      expect(beginning("week", now)).toBe(new Date(2026, 10, 24).getTime());
    }
    expect(beginning(null, 0)).toBeNull();
  },
);
