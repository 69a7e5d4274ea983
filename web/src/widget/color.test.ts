import { describe, expect, it } from "vitest";
import { contrast, contrast_min, parseColor, type Rgb, readableOn, textOn } from "./color";

const grounds: Rgb[] = [
  [255, 255, 255],
  [27, 30, 34],
];
const every_color: Rgb[] = [];
for (let r = 0; r <= 255; r += 51)
  for (let g = 0; g <= 255; g += 51) for (let b = 0; b <= 255; b += 51) every_color.push([r, g, b]);

describe("the site's colour", () => {
  it("always carries text that can be read", () => {
    // spec: N-5
    for (const color of every_color)
      expect(contrast(color, textOn(color)), String(color)).toBeGreaterThanOrEqual(contrast_min);
  });

  it("becomes readable text on light and dark surfaces", () => {
    // spec: N-5
    for (const ground of grounds)
      for (const color of every_color)
        expect(contrast(readableOn(color, ground), ground), String(color)).toBeGreaterThanOrEqual(
          contrast_min,
        );
  });

  it("is left alone where it can be read already", () => {
    expect(readableOn([15, 118, 110], [255, 255, 255])).toEqual([15, 118, 110]);
  });

  it("is read in both hexadecimal forms, and nothing else reaches a style sheet", () => {
    // spec: X-7
    expect(parseColor("#fa0")).toEqual([255, 170, 0]);
    expect(parseColor("#FFAA00")).toEqual([255, 170, 0]);
    for (const bad of ["red", "#12345", "url(https://x)", "#fff}*{display:none", ""])
      expect(parseColor(bad)).toEqual([15, 118, 110]);
  });
});
