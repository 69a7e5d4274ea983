import { expect, it } from "vitest";
import { partOf } from "./part";

const frame = (x: number, y: number, width: number, height: number) =>
  ({ unit: "%", x, y, width, height }) as const;

// spec: O-2 Q-11
it("a frame means whole pixels of the picture", () => {
  const size = { width: 640, height: 360 };
  expect(partOf(frame(0, 0, 100, 100), size)).toBeNull();
  expect(partOf(frame(25, 50, 50, 50), size)).toEqual({ left: 160, top: 180, width: 320, height: 180 });
  expect(partOf(frame(0, 0, 33.33, 100), size)).toEqual({ left: 0, top: 0, width: 213, height: 360 });
  expect(partOf(frame(100, 100, 0, 0), size)).toEqual({ left: 639, top: 359, width: 1, height: 1 });
  expect(partOf(frame(0, 0, 100, 100), { width: 0, height: 0 })).toBeNull();
});
