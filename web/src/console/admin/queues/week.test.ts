import { describe, expect, it } from "vitest";
import { placeOf } from "./order";
import { drawn, momentIn, snapped, stretched, stretchesOf, timeOf } from "./week";

const period = (weekday: number, from: string, to: string) => ({ weekday, from, to });

describe("the week as it is drawn", () => {
  // spec: Q-1
  it("has several stretches a day, in their order", () => {
    const weekly = [period(1, "13:00", "17:30"), period(1, "09:00", "12:00"), period(2, "08:00", "24:00")];
    expect(stretchesOf(weekly, 1).map(({ from, to, index }) => [from, to, index])).toEqual([
      [540, 720, 1],
      [780, 1_050, 0],
    ]);
    expect(stretchesOf(weekly, 2)).toEqual([{ from: 480, to: 1_440, index: 2, carried: false, over: false }]);
  });

  // spec: Q-1
  it("carries a period over midnight to the day after, from Sunday to Monday too", () => {
    const weekly = [period(7, "22:00", "02:00")];
    expect(stretchesOf(weekly, 7)).toEqual([
      { from: 1_320, to: 1_440, index: 0, carried: false, over: true },
    ]);
    expect(stretchesOf(weekly, 1)).toEqual([{ from: 0, to: 120, index: 0, carried: true, over: false }]);
    expect(stretchesOf(weekly, 2)).toEqual([]);
    expect(stretchesOf([period(3, "18:00", "00:00")], 4)).toEqual([]);
  });

  it("leaves out what is still being typed", () => {
    expect(stretchesOf([period(1, "9", "17:00")], 1)).toEqual([]);
  });

  it("is drawn on the quarter of an hour, in either direction", () => {
    expect(timeOf(snapped(0.377))).toBe("09:00");
    expect(snapped(1.4)).toBe(1_440);
    expect(drawn(5, 1_020, 540)).toEqual(period(5, "09:00", "17:00"));
    expect(drawn(5, 540, 540)).toBeNull();
    expect(drawn(5, 0, 1_440)).toEqual(period(5, "00:00", "24:00"));
  });

  it("moves an end of a period, but never past the other one", () => {
    expect(stretched(period(1, "09:00", "17:00"), "to", 1_080)).toEqual(period(1, "09:00", "18:00"));
    expect(stretched(period(1, "09:00", "17:00"), "from", 1_080)).toEqual(period(1, "09:00", "17:00"));
    expect(stretched(period(1, "22:00", "02:00"), "to", 240)).toEqual(period(1, "22:00", "04:00"));
    expect(stretched(period(1, "22:00", "02:00"), "from", 1_260)).toEqual(period(1, "21:00", "02:00"));
  });

  it("knows what time it is in the queue's zone", () => {
    const at = Date.UTC(2026, 10, 28, 23, 30);
    expect(momentIn("Asia/Tokyo", at)).toEqual({ weekday: 7, minutes: 510 });
    expect(momentIn("UTC", at)).toEqual({ weekday: 6, minutes: 1_410 });
    expect(momentIn("Nowhere/Land", at)).toBeNull();
  });
});

it("a field that is put before another one takes its place", () => {
  expect(placeOf(0, 2)).toBe(1);
  expect(placeOf(2, 0)).toBe(0);
  expect(placeOf(0, 3)).toBe(2);
  expect(placeOf(1, 1)).toBe(1);
});
