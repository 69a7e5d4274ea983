import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const LINES_MAX = 500;

it("has no style sheet of more than 500 lines", () => {
  const root = join(import.meta.dirname, "../src");
  const sheets = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".css"),
  );
  expect(sheets.length).toBeGreaterThan(0);
  const lines = (path: string) => readFileSync(join(root, path), "utf8").trimEnd().split("\n").length;
  expect(sheets.filter((path) => lines(path) > LINES_MAX)).toEqual([]);
});
