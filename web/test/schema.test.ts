/** Proves that the types are those of the server's OpenAPI document: a change of one without the other fails. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const web = fileURLToPath(new URL("..", import.meta.url));

// spec: N-1
test("the types are made from the OpenAPI document", { timeout: 60_000 }, () => {
  const made = execFileSync("npx", ["openapi-typescript", "src/api/openapi.json"], {
    cwd: web,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const kept = readFileSync(`${web}/src/api/schema.d.ts`, "utf8");
  expect(kept === made, "run `npm run types` in web").toBe(true);
});
