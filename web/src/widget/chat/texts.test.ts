import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { fill, languages, loadTexts, minutes, type Texts } from "./texts";
import ar from "./texts/ar.json";
import de from "./texts/de.json";
import { en } from "./texts/en";
import es from "./texts/es.json";
import fr from "./texts/fr.json";
import it_ from "./texts/it.json";
import nl from "./texts/nl.json";
import pl from "./texts/pl.json";
import pt from "./texts/pt.json";
import tr from "./texts/tr.json";

const keys = Object.keys(en) as (keyof Texts)[];

const files: Record<(typeof languages)[number], Texts> = { ar, de, es, fr, it: it_, nl, pl, pt, tr };

beforeEach(() => {
  vi.stubGlobal("TEXTS_VERSION", "v1");
  vi.useFakeTimers();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

// spec: N-5
it("speaks ten languages", () => {
  expect(languages.length + 1).toBeGreaterThanOrEqual(10);
});

// spec: N-5
it.each(languages)("has every text in %s, with the same places to fill in", (language) => {
  const texts = files[language];
  const places = (text: string) => (text.match(/\{\w+\}/g) || []).sort();
  expect(Object.keys(texts).sort()).toEqual([...keys].sort());
  for (const key of keys) {
    expect(texts[key].trim(), key).not.toBe("");
    expect(places(texts[key]), key).toEqual(places(en[key]));
  }
});

// spec: N-5
it("takes the page's language, with or without a region", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    return { ok: true, json: async () => ({ close: "Schließen" }) };
  });
  const taken = await new Promise<Texts>((take) => loadTexts("de-AT", "https://chat.example", take));
  expect(asked).toEqual(["https://chat.example/beckon-text-de.json?v=v1"]);
  expect([taken.close, taken.minimise]).toEqual(["Schließen", en.minimise]);
});

// spec: N-5
it("speaks English where it knows no better, without asking", () => {
  vi.stubGlobal("fetch", () => expect.unreachable());
  const take = vi.fn();
  loadTexts("fi", "https://chat.example", take);
  expect(take).toHaveBeenCalledExactlyOnceWith(en);
});

it("speaks English when the file does not come", async () => {
  vi.stubGlobal("fetch", async () => ({ ok: false }));
  const taken = await new Promise<Texts>((take) => loadTexts("fr", "https://chat.example", take));
  expect(taken).toEqual(en);
});

it("speaks English while the file is under way, and the language once it is there", async () => {
  let come = (_: object) => {};
  vi.stubGlobal("fetch", () => new Promise((resolve) => (come = resolve)));
  const taken: Texts[] = [];
  loadTexts("fr", "https://chat.example", (texts) => taken.push(texts));
  expect(taken).toEqual([]);
  vi.advanceTimersByTime(2_000);
  expect(taken).toEqual([en]);
  come({ ok: true, json: async () => ({ close: "Fermer" }) });
  await vi.waitFor(() => expect(taken[1]?.close).toBe("Fermer"));
});

it("fills in what it is given", () => {
  expect(fill("{name} is typing", { name: "$& {name}" })).toBe("$& {name} is typing");
});

// spec: N-5
it("names minutes in each of the forms that a language has", () => {
  expect([1, 2, 3, 11].map((n) => minutes(n, "ar").replace(/\P{L}/gu, ""))).toEqual([
    "دقيقة",
    "دقيقتان",
    "دقائق",
    "دقيقة",
  ]);
  expect([minutes(1, "de"), minutes(3, "de"), minutes(5, "pl")]).toEqual([
    "1 Minute",
    "3 Minuten",
    "5 minut",
  ]);
  expect(minutes(3, "no language")).toBe("3 minutes");
  expect(minutes(3, "fi-FI")).toBe("3 minutes");
});
