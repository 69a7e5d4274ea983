/** Owns whether white text can be read on a colour, and the nearest darker shade on which it can. Pure. */

const READABLE = 4.5;
const DARKEN_BY = 0.96;

type Rgb = [number, number, number];

/** The contrast of white on `color`, from 1 to 21. */
export function contrastWithWhite(color: string): number {
  return ratioOf(parse(color));
}

/** `color` itself, or a darker shade of it, on which white text reaches 4.5 : 1. */
export function readableColor(color: string): string {
  let rgb = parse(color);
  while (ratioOf(rgb) < READABLE) rgb = rgb.map((part) => part * DARKEN_BY) as Rgb;
  return `#${rgb.map((part) => Math.floor(part).toString(16).padStart(2, "0")).join("")}`;
}

function ratioOf(rgb: Rgb): number {
  return 1.05 / (luminance(rgb) + 0.05);
}

function parse(color: string): Rgb {
  const number = Number.parseInt(color.slice(1), 16);
  if (color.length !== 7 || Number.isNaN(number)) return [0, 0, 0];
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

function luminance([red, green, blue]: Rgb): number {
  const linear = (part: number) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
