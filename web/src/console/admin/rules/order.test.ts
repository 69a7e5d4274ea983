import { expect, test } from "vitest";
import type { Rule } from "../../../api/rest";
import { inOrder, neighbour, standsBefore } from "./order";

const rules = (...priorities: [string, number][]) =>
  inOrder(priorities.map(([name, priority]) => ({ id: name, name, priority }) as Rule));

function before(sorted: Rule[], name: string, direction: -1 | 1): string | null | undefined {
  let place: string | null | undefined;
  neighbour(
    sorted,
    sorted.findIndex((rule) => rule.name === name),
    direction,
    (id) => {
      place = id;
    },
  )?.();
  return place;
}

// spec: R-1 A-4
test("a rule passes its neighbour, and stays where there is none", () => {
  const sorted = rules(["b", 20], ["a", 10], ["c", 30]);
  expect(sorted.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(before(sorted, "b", -1)).toBe("a");
  expect(before(sorted, "b", 1)).toBeNull();
  expect(before(sorted, "a", 1)).toBe("c");
  expect(before(sorted, "a", -1)).toBeUndefined();
  expect(before(sorted, "c", 1)).toBeUndefined();
});

// spec: R-1 A-4
test("rules of one priority are one place", () => {
  const sorted = rules(["a", 10], ["b", 20], ["c", 20], ["d", 30]);
  expect(before(sorted, "d", -1)).toBe("c");
  expect(before(sorted, "a", 1)).toBe("d");
  expect(before(sorted, "c", -1)).toBe("b");
  expect(before(sorted, "c", 1)).toBe("d");
  const equal = rules(["a", 10], ["b", 10]);
  expect(before(equal, "b", -1)).toBe("a");
  expect(before(equal, "a", 1)).toBeNull();
});

// spec: R-1 A-4
test("a rule that is dropped where it stands is not moved", () => {
  const sorted = rules(["a", 10], ["b", 20], ["c", 20]);
  expect(standsBefore(sorted, "a", "a")).toBe(true);
  expect(standsBefore(sorted, "a", "b")).toBe(true);
  expect(standsBefore(sorted, "b", "c")).toBe(false);
  expect(standsBefore(sorted, "c", null)).toBe(true);
  expect(standsBefore(sorted, "a", null)).toBe(false);
  expect(standsBefore(sorted, "c", "a")).toBe(false);
});
