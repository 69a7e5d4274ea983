import { describe, expect, it } from "vitest";
import { knownZone, momentAt, shownAt } from "./zoned";

const inUtc = (text: string, zone: string) => {
  const at = momentAt(text, zone);
  return at === null ? null : new Date(at).toISOString().slice(0, 16);
};

describe("a time on the clocks of a zone", () => {
  it("is the moment at which they show it, in winter and in summer", () => {
    expect(inUtc("2026-01-15T09:00", "Europe/Oslo")).toBe("2026-01-15T08:00");
    expect(inUtc("2026-07-15T09:00", "Europe/Oslo")).toBe("2026-07-15T07:00");
    expect(inUtc("2026-07-15T09:00", "America/New_York")).toBe("2026-07-15T13:00");
    expect(inUtc("2026-07-15T09:00", "Asia/Kolkata")).toBe("2026-07-15T03:30");
    expect(inUtc("2026-07-15T09:00", "UTC")).toBe("2026-07-15T09:00");
  });

  it("is the earlier of two, and in an hour left out it is as if the clocks had not been put forward", () => {
    expect(inUtc("2026-10-25T02:30", "Europe/Oslo")).toBe("2026-10-25T00:30");
    expect(inUtc("2026-03-29T02:30", "Europe/Oslo")).toBe("2026-03-29T01:30");
    expect(inUtc("2026-03-29T03:30", "Europe/Oslo")).toBe("2026-03-29T01:30");
  });

  it("is shown again as it was written, in any year", () => {
    for (const text of ["2026-01-15T09:00", "2026-07-15T09:00", "2026-10-25T02:30", "0020-07-15T09:00"]) {
      for (const zone of ["Europe/Oslo", "America/New_York", "UTC"]) {
        expect(shownAt(momentAt(text, zone) ?? 0, zone)).toBe(text);
      }
    }
  });

  it("is none where nothing is written, and a zone that is not known counts as UTC", () => {
    expect(momentAt("", "Europe/Oslo")).toBeNull();
    expect([knownZone("Europe/Oslo"), knownZone("Mars/Olympus")]).toEqual(["Europe/Oslo", "UTC"]);
  });
});
