import { describe, expect, it } from "vitest";
import { ago, dayLabel, shortUrl, span, timer } from "./format";
import { linkify } from "./linkify";

const NOON = new Date(2026, 10, 21, 12, 0, 0).getTime();
const HOUR_MS = 3_600_000;

describe("times", () => {
  it("tick in minutes and seconds, with hours once there are some", () => {
    expect([0, 7_900, 760_000, 3_909_000, -5].map(timer)).toEqual([
      "0:00",
      "0:07",
      "12:40",
      "1:05:09",
      "0:00",
    ]);
  });

  it("are spans of one or two units", () => {
    expect([45_000, 80_000, 600_000, 7_500_000, 200_000_000].map(span)).toEqual([
      "45 s",
      "1 min 20 s",
      "10 min",
      "2 h 5 min",
      "2 d",
    ]);
  });

  it("are told from now", () => {
    expect(ago(NOON - 20_000, NOON, "en")).toBe("now");
    expect(ago(NOON - 5 * 60_000, NOON, "en")).toBe("5 minutes ago");
    expect(ago(NOON - 30 * HOUR_MS, NOON, "en")).toBe("yesterday");
  });

  it("name the day by the calendar, not by 24 hours", () => {
    expect(dayLabel(NOON - 13 * HOUR_MS, NOON, "en")).toBe("Yesterday");
    expect(dayLabel(NOON - HOUR_MS, NOON, "en")).toBe("Today");
    expect(dayLabel(new Date(2025, 0, 3).getTime(), NOON, "en")).toContain("2025");
  });
});

describe("text from a visitor", () => {
  // spec: Q-8 X-7
  it("becomes a link only for http, https and mail addresses, without the punctuation behind", () => {
    expect(linkify("See https://a.test/x?y=1. Or (http://b.test)")).toEqual([
      { text: "See " },
      { text: "https://a.test/x?y=1", href: "https://a.test/x?y=1" },
      { text: ". Or (" },
      { text: "http://b.test", href: "http://b.test" },
      { text: ")" },
    ]);
    expect(linkify("javascript:alert(1) data:text/html,x")).toEqual([
      { text: "javascript:alert(1) data:text/html,x" },
    ]);
    expect(linkify("me@a.test")).toEqual([{ text: "me@a.test", href: "mailto:me@a.test" }]);
  });

  it("is shown as path and query when it is an address", () => {
    expect(shortUrl("https://a.test/b?c=d#e")).toBe("/b?c=d");
    expect(shortUrl("not an address")).toBe("not an address");
  });
});
