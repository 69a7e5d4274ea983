/** Owns the languages that texts can be written in. Pure. */

/** Offered for choice; any other BCP 47 tag that is already in use stays. */
export const LANGUAGES = [
  "ar",
  "da",
  "de",
  "en",
  "es",
  "fi",
  "fr",
  "he",
  "it",
  "ja",
  "ko",
  "nb",
  "nl",
  "pl",
  "pt",
  "ru",
  "sv",
  "tr",
  "uk",
  "zh",
] as const;

/** The name of a language in the language of the console. */
export function languageName(tag: string, language: string): string {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

export function isRightToLeft(tag: string): boolean {
  return /^(ar|he|fa|ur)\b/i.test(tag);
}
