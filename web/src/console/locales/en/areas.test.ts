import { expect, it } from "vitest";
import { areas } from "./areas";
import { shell } from "./shell";

const files: Record<string, string> = import.meta.glob("../../**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});
const code = Object.entries(files)
  .filter(([path]) => !path.startsWith("./") && !path.includes(".test."))
  .map(([, text]) => text)
  .join("\n");

function keysIn(texts: object, above = ""): string[] {
  return Object.entries(texts).flatMap(([key, text]) =>
    typeof text === "string" ? [above + key] : keysIn(text, `${above}${key}.`),
  );
}

it("has no text that the console does not name, in full or in part", () => {
  const named = new Set([...code.matchAll(/"([\w.]+)"/g)].map(([, name]) => name));
  const in_part = [...code.matchAll(/`(\w+\.(?:[\w.]|\$\{[^}`]*\})+)`/g)].map(
    ([, name = ""]) => new RegExp(`^${name.replaceAll(".", "\\.").replaceAll(/\$\{[^}]*\}/g, ".+")}$`),
  );
  const isNamed = (key: string) => named.has(key) || in_part.some((pattern) => pattern.test(key));
  const withoutNumber = (key: string) => key.replace(/(_ordinal)?_(zero|one|two|few|many|other)$/, "");
  const keys = [...keysIn(shell), ...keysIn(areas)];
  expect(keys.filter((key) => !isNamed(key) && !isNamed(withoutNumber(key)))).toEqual([]);
});
