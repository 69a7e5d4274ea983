/** Text that the server can read: at most `max` long, and no half of a character at its end. */
export function plain(text: string, max: number): string {
  return text.slice(0, max).replace(/[\ud800-\udfff]/gu, "");
}
