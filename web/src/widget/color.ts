/** The site's colour made readable: contrast after WCAG 2, corrected to 4.5 : 1. Owns no style sheet. */

export type Rgb = [number, number, number];
export const contrast_min = 4.5;

const fallback: Rgb = [15, 118, 110];
const white: Rgb = [255, 255, 255];

/** `#rgb` or `#rrggbb`; anything else becomes Beckon's own teal, so that no foreign text reaches a style sheet. */
export function parseColor(text: string): Rgb {
  const hex = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(text);
  if (!hex || !hex[1]) return fallback;
  const digits = hex[1].length === 3 ? hex[1].replace(/./g, "$&$&") : hex[1];
  const n = parseInt(digits, 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

export function css(c: Rgb): string {
  return `rgb(${c.map(Math.round).join(" ")})`;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Text colour on a ground of colour `c`: white where that can be read, else near black. */
export function textOn(c: Rgb): Rgb {
  if (contrast(c, white) >= contrast_min) return white;
  const ink: Rgb = [16, 20, 24];
  return contrast(c, ink) >= contrast_min ? ink : [0, 0, 0];
}

/** `c` moved towards black or white until it can be read as text on `ground`. */
export function readableOn(c: Rgb, ground: Rgb): Rgb {
  const target = luminance(ground) > 0.18 ? 0 : 255;
  for (let part = 0; part < 1; part += 0.04) {
    const mixed = c.map((v) => Math.round(v + (target - v) * part)) as Rgb;
    if (contrast(mixed, ground) >= contrast_min) return mixed;
  }
  return [target, target, target];
}

function luminance(c: Rgb): number {
  const [r, g, b] = c.map((v) => {
    const x = v / 255;
    return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
