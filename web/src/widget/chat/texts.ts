/** The widget's words in the visitor's language. Owns which languages there are; offers and forms bring their own texts. */
import { de } from "./texts/de";
import { en, type Texts } from "./texts/en";

export type { Texts };

const languages: Record<string, Texts> = { de, en };

export function textsFor(language: string): Texts {
  return languages[primary(language)] || en;
}

/** The entry for a language of texts that the site wrote: exact, then without its region, then the fallback. */
export function pick<T>(texts: Record<string, T>, language: string, fallback = "en"): T | undefined {
  for (const key of [language, primary(language), fallback, ...Object.keys(texts)]) {
    const found = texts[key];
    if (found !== undefined) return found;
  }
  return undefined;
}

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ""));
}

function primary(language: string): string {
  return language.slice(0, 2).toLowerCase();
}
