import { expect, it } from "vitest";
import { fill, pick, textsFor } from "./texts";
import { de } from "./texts/de";
import { en } from "./texts/en";

it("has every text in every language, with the same places to fill in", () => {
  // spec: N-5
  const places = (text: string) => (text.match(/\{\w+\}/g) || []).sort();
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(de[key], key).not.toBe("");
    expect(places(de[key]), key).toEqual(places(en[key]));
  }
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
});

it("follows the page's language, with or without a region, and speaks English otherwise", () => {
  expect(textsFor("de-AT")).toBe(de);
  expect(textsFor("DE")).toBe(de);
  expect(textsFor("fi")).toBe(en);
});

it("picks the site's own text by language, region first, then the fallback, then any", () => {
  expect(pick({ en: 1, de: 2, "de-AT": 3 }, "de-AT")).toBe(3);
  expect(pick({ en: 1, de: 2 }, "de-AT")).toBe(2);
  expect(pick({ en: 1, nb: 2 }, "fi", "nb")).toBe(2);
  expect(pick({ nb: 2 }, "fi")).toBe(2);
  expect(pick({}, "fi")).toBeUndefined();
});

it("fills in what it is given", () => {
  expect(fill("{name} is typing", { name: "$& {name}" })).toBe("$& {name} is typing");
});
