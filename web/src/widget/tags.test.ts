import { expect, it } from "vitest";
import { pick, primary } from "./tags";

it("picks the site's own text by language, region first, then the fallback, then any", () => {
  expect(pick({ en: 1, de: 2, "de-AT": 3 }, "de-AT")).toBe(3);
  expect(pick({ en: 1, de: 2 }, "de-AT")).toBe(2);
  expect(pick({ en: 1, nb: 2 }, "fi", "nb")).toBe(2);
  expect(pick({ nb: 2 }, "fi")).toBe(2);
  expect(pick({}, "fi")).toBeUndefined();
  expect(pick({ en: 1, "pt-BR": 2 }, "pt-br")).toBe(2);
  expect(pick({ en: 1, gsw: 2 }, "gsw-CH")).toBe(2);
  expect(pick({ en: 1, de: 2 }, "de_DE")).toBe(2);
});

it("takes the language of a tag however it is written", () => {
  expect(["de", "DE-at", "de_DE", "zh-Hant-TW", "gsw"].map(primary)).toEqual(["de", "de", "de", "zh", "gsw"]);
});
