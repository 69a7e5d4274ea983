/** The widget's words in the visitor's language. Owns which languages there are; offers and forms bring their own texts. */
import { primary } from "../tags";
import { en, type Texts } from "./texts/en";

export type { Texts };

/** Besides English, which comes with the bundle; each is a file of its own. */
export const languages = ["ar", "de", "es", "fr", "it", "nl", "pl", "pt", "tr"] as const;

const texts_ms_max = 1_500;

/** Takes the words of a language once its file has come, and English meanwhile when that takes long or fails. */
export function loadTexts(language: string, origin: string, take: (texts: Texts) => void): void {
  const name = languages.find((known) => known === primary(language));
  if (!name) {
    take(en);
    return;
  }
  const meanwhile = setTimeout(() => take(en), texts_ms_max);
  const come = (texts: Texts) => {
    clearTimeout(meanwhile);
    take(texts);
  };
  fetch(`${origin}/beckon-text-${name}.json?v=${TEXTS_VERSION}`, { credentials: "omit" })
    .then((answer): Promise<Texts> => (answer.ok ? answer.json() : Promise.reject()))
    .then((texts) => come({ ...en, ...texts }))
    .catch(() => come(en));
}

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ""));
}

/** In which language figures and times stand between the widget's own words. */
export function spoken(language: string): string {
  const known = [...languages, "en"].some((known) => known === primary(language));
  return known ? language : "en";
}

/** The browser knows the forms of every language: some have four of them. */
export function minutes(n: number, language: string): string {
  const style = { style: "unit", unit: "minute", unitDisplay: "long" } as const;
  try {
    return new Intl.NumberFormat(spoken(language), style).format(n);
  } catch {
    return new Intl.NumberFormat("en", style).format(n);
  }
}
