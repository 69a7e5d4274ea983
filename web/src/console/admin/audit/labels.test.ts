import { expect, it } from "vitest";
import "../../areas";
import { i18next } from "../../i18n";
import { placeIn, rowsOf, valueIn, type Words } from "./labels";

const names = new Map([["0190-a", "Price advice"]]);
const words: Words = { t: i18next.t, language: "en", names, zone: "Europe/Oslo" };

// spec: A-4
it("calls places as the forms call them", () => {
  expect(placeIn("queue", "/plan/routing/ring_time_s", words)).toBe("Ring time");
  expect(placeIn("offer", "/design/texts/de/title", words)).toBe("Texts › German › Title");
  expect(placeIn("queue", "/plan/form_invite/0/label/en", words)).toBe(
    "After an accepted offer › 1 › Label › English",
  );
  expect(placeIn("site", "/settings/minimum_interval_s", words)).toBe("Minimum Interval Between Offers");
  expect(placeIn("rule", "/plan/offer_id", words)).toBe("Offer");
  expect(placeIn("queue", "/plan/alternatives/no_agent/do", words)).toBe(
    "Alternatives › No agent available › What is done",
  );
});

it("says values in words, with units and names", () => {
  expect(valueIn("rule", "offer_id", "0190-a", words)).toBe("Price advice");
  expect(valueIn("rule", "offer_id", "0190-gone", words)).toBe("0190-gone");
  expect(valueIn("queue", "activation", "reactive_only", words)).toBe("Reactive only");
  expect(valueIn("queue", "ring_time_s", 20, words)).toBe("20 s");
  expect(valueIn("rule", "enabled", false, words)).toBe("No");
  expect(valueIn("site", "origins", ["https://a.example", "https://b.example"], words)).toBe(
    "https://a.example, https://b.example",
  );
  const week = [
    { weekday: 1, from: "09:00", to: "17:00" },
    { weekday: 2, from: "22:00", to: "02:00" },
  ];
  expect(valueIn("queue", "weekly", week, words)).toBe("Monday 09:00 – 17:00\nTuesday 22:00 – 02:00");
  expect(valueIn("queue", "spans", [["09:00", "12:00"]], words)).toBe("09:00 – 12:00");
  expect(valueIn("user", "skills", [{ skill: "French", level: 2 }], words)).toBe("Skill: French, Level: 2");
  expect(valueIn("offer", "default_language", "de", words)).toBe("German");
  expect(valueIn("rule", "conditions", { type: "device", any_of: ["phone"] }, words)).toMatch(/phone/i);
  const since = { type: "time", value: Date.parse("2026-07-15T10:00Z") };
  const condition = { type: "attribute", name: "since", test: { is: "less", value: since } };
  expect(valueIn("rule", "conditions", condition, words)).toContain("2026-07-15 12:00 (Europe/Oslo)");
  expect(valueIn("rule", "offer_id", null, words)).toBe("");
});

it("shows no raw name of a field", () => {
  expect(placeIn("workspace", "/waiting_amber_s", words)).toBe("Waiting amber s");
  const offer = { active: true, design: { form: "card", texts: { de: { title: "Hallo" } } } };
  expect(valueIn("offer", "offer", offer, words)).toBe(
    "Active: Yes\nDesign\n  Shape: Card\n  Texts\n    German\n      Title: Hallo",
  );
});

it("lists what was made, field by field, without what the log says elsewhere", () => {
  const rule = {
    id: "r",
    site_id: "s",
    name: "Prices",
    enabled: true,
    plan: { description: "", required_time_s: 45 },
  };
  expect(rowsOf("rule", rule, words)).toEqual([
    ["Name", "Prices"],
    ["Enabled", "Yes"],
    ["Required Time", "45 s"],
  ]);
});
