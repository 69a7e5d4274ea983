import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { expect, it } from "vitest";

/** Bytes that a visitor's browser loads, with brotli. The loader comes with every page, the chat when it is needed. */
const budgets: [string, number][] = [
  ["beckon.js", 6_000],
  ["beckon-chat.js", 30_000],
];

it.each(budgets)("%s stays within %i bytes", (file, budget) => {
  const path = join(import.meta.dirname, "../dist/widget", file);
  if (!existsSync(path)) throw new Error(`${path} is missing: run "npm run build" first`);
  expect(brotliCompressSync(readFileSync(path)).length).toBeLessThanOrEqual(budget);
});
