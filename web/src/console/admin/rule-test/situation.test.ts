import { describe, expect, it } from "vitest";
import { EMPTY, parseAttribute, parsed, parseEvent, toTest } from "./situation";

describe("an imagined visit", () => {
  // spec: A-4 R-9
  it("is sent as it was typed, and what is empty is left out", () => {
    const { situation, at, assume_available } = toTest({
      ...EMPTY,
      url: "https://a.test/checkout",
      form_entered_s: 40,
      identified: "signed",
      earlier: "https://a.test/\n\nhttps://a.test/prices",
      attributes: 'cart_value = 120\nplan = "gold"\nvip = true',
      events: "video_played @ 30\nadded",
    });
    expect([at, assume_available]).toEqual([null, true]);
    expect(situation).toMatchObject({ form_entered_s: 40, form_idle_s: null, identified: true });
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
