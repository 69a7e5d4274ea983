/** Which of several texts is in a language: tags as BCP 47 has them, and as pages write them. Pure; owns no texts. */

/** The entry for a language of texts that the site wrote: exact, then without its region, then the fallback, then any. */
export function pick<T>(texts: Record<string, T>, language: string, fallback = "en"): T | undefined {
  const keys = Object.keys(texts);
  for (const wanted of [language, primary(language), fallback, ...keys]) {
    const key = keys.find((key) => key.toLowerCase() === wanted.toLowerCase());
    if (key !== undefined) return texts[key];
  }
  return undefined;
}

/** Of a tag its language alone. */
export function primary(language: string): string {
  return language.replace(/[-_].*/, "").toLowerCase();
}
