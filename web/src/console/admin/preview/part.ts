/** Owns which pixels of a picture a frame over it means. Pure. */
import type { PercentCrop } from "react-image-crop";

export interface Part {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** In whole pixels of the picture; null when the frame holds all of it, or nothing is known of its size yet. */
export function partOf(frame: PercentCrop, size: { width: number; height: number }): Part | null {
  const pixels = (percent: number, of: number) => Math.round((percent / 100) * of);
  const left = Math.min(pixels(frame.x, size.width), Math.max(0, size.width - 1));
  const top = Math.min(pixels(frame.y, size.height), Math.max(0, size.height - 1));
  const width = Math.max(1, pixels(frame.x + frame.width, size.width) - left);
  const height = Math.max(1, pixels(frame.y + frame.height, size.height) - top);
  const all = left === 0 && top === 0 && width >= size.width && height >= size.height;
  return all ? null : { left, top, width, height };
}
