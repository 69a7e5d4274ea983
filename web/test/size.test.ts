import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect, it } from "vitest";

/** Bytes that a visitor's browser loads, with brotli. The loader comes with every page, the others when they are needed. */
const budgets: [string, number][] = [
  ["beckon.js", 6_000],
  ["beckon-chat.js", 30_000],
  ["beckon-launcher.js", 2_500],
  ["beckon-track.js", 2_000],
  ["beckon-offer-preview.js", 2_500],
  ["beckon-text-ar.json", 2_500],
  ["beckon-text-de.json", 2_500],
];

it.each(budgets)("%s stays within %i bytes", (file, budget) => {
  const path = join(import.meta.dirname, "../dist/widget", file);
  if (!existsSync(path)) throw new Error(`${path} is missing: run "npm run build" first`);
  expect(brotliCompressSync(readFileSync(path)).length).toBeLessThanOrEqual(budget);
});

/** Bytes of script, with gzip, that the page of signing in waits for. The console itself comes after it. */
const START_BUDGET = 143_000;

it("the console's start page stays within its budget", () => {
  const root = join(import.meta.dirname, "../dist/console");
  const page = readFileSync(join(root, "index.html"), "utf8");
  const scripts = [...page.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+\.js)"/g)].map(
    ([, path]) => path ?? "",
  );
  expect(scripts.length).toBeGreaterThan(0);
  const bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(root, path))).length, 0);
  expect(bytes).toBeLessThanOrEqual(START_BUDGET);
});
