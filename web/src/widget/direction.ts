/** Owns in which direction the widget stands: a language that is written from right to left turns it round, whatever the page does. */
export const directionOf = (language: string): string =>
  /^ar(?![a-z])/i.test(language) ? "rtl" : getComputedStyle(document.documentElement).direction;
