/** Light or dark by choice instead of by the browser: the bundles' own style sheets, read as if the visitor preferred it. */

let dark = false;

const asked = /\(\s*prefers-color-scheme\s*:\s*dark\s*\)/g;
const given = /color-scheme\s*:\s*light dark/g;

/** Holds for every sheet that is made after it. */
export function preferDark(now: boolean): void {
  dark = now;
}

export function interceptSheets(): void {
  const replace = CSSStyleSheet.prototype.replaceSync;
  CSSStyleSheet.prototype.replaceSync = function (text) {
    const scheme = `color-scheme:${dark ? "dark" : "light"}`;
    replace.call(this, text.replace(asked, dark ? "(min-width:0)" : "(max-width:0)").replace(given, scheme));
  };
}
