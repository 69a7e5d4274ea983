import { describe, expect, it } from "vitest";
import { EMPTY, parseAttribute, parsed, parseEvent, type TestSite, toTest } from "./situation";

const SITE: TestSite = { time_zone: "Asia/Tokyo", queues: ["q1", "q2"] };

describe("an imagined visit", () => {
  // spec: A-4 R-9
  it("is sent as it was typed, and what is empty is left out", () => {
    const typed = {
      ...EMPTY,
      url: "https://a.test/checkout",
      form_entered_s: 40,
      identified: "signed" as const,
      earlier: "https://a.test/\n\nhttps://a.test/prices",
      attributes: 'cart_value = 120\nplan = "gold"\nvip = true',
      events: "video_played @ 30\nadded",
    };
    const { situation, at, assume_available } = toTest(typed, SITE);
    expect([at, assume_available]).toEqual([null, true]);
    expect(situation).toMatchObject({ form_entered_s: 40, form_idle_s: null, identified: true, waits: [] });
    expect(situation.earlier?.map(({ url }) => url)).toEqual(["https://a.test/", "https://a.test/prices"]);
    expect(situation.attributes).toEqual([
      { name: "cart_value", value: { type: "number", value: 120 }, signed: true },
      { name: "plan", value: { type: "text", value: "gold" }, signed: true },
      { name: "vip", value: { type: "boolean", value: true }, signed: true },
    ]);
    expect(situation.events).toEqual([
      { name: "video_played", ago_s: 30 },
      { name: "added", ago_s: 0 },
    ]);
  });

  // spec: A-4
  it("is at the time that the clocks of the site show, wherever the browser is", () => {
    expect(toTest({ ...EMPTY, at: "2026-03-02T09:00" }, SITE).at).toBe(Date.parse("2026-03-02T00:00Z"));
    const in_oslo = { ...SITE, time_zone: "Europe/Oslo" };
    expect(toTest({ ...EMPTY, at: "2026-03-02T09:00" }, in_oslo).at).toBe(Date.parse("2026-03-02T08:00Z"));
  });

  // spec: A-4
  it("has an attribute that is a moment, when it is written with its zone", () => {
    const read = (line: string) => parseAttribute(line, false)?.value;
    const value = Date.parse("2026-03-01T10:00Z");
    expect(read("since = 2026-03-01T10:00Z")).toEqual({ type: "time", value });
    expect(read("since = 2026-03-01T11:00:00+01:00")).toEqual({ type: "time", value });
    expect(read('since = "2026-03-01T10:00Z"')).toEqual({ type: "text", value: "2026-03-01T10:00Z" });
    expect(read("since = 2026-03-01")).toEqual({ type: "text", value: "2026-03-01" });
  });

  // spec: A-4
  it("has the wait that is typed in every queue of the site", () => {
    expect(toTest({ ...EMPTY, wait_s: 45 }, SITE).situation.waits).toEqual([
      { queue: "q1", wait_s: 45 },
      { queue: "q2", wait_s: 45 },
    ]);
  });

  it("says which line it cannot read", () => {
    expect(parsed("a = 1\n= 2", (line) => parseAttribute(line, false)).wrong).toBe(2);
    expect(parsed("a\nb @ soon", parseEvent).wrong).toBe(2);
    expect(parseAttribute("plan = ", false)).toEqual({
      name: "plan",
      value: { type: "text", value: "" },
      signed: false,
    });
  });
});
