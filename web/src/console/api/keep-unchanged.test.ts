import { expect, it } from "vitest";
import { keepUnchanged } from "./keep-unchanged";

const visit = (id: string, url: string, more = {}) => ({ id, page: { url }, ...more });

it("what says the same stays the same object, though others come before it", () => {
  const [kari, ola] = [visit("1", "/chairs"), visit("2", "/lamps")];
  const after = keepUnchanged([kari, ola], [visit("3", "/"), visit("1", "/chairs"), visit("2", "/prices")]);
  expect(after.map(({ id, page }) => `${id} ${page.url}`)).toEqual(["3 /", "1 /chairs", "2 /prices"]);
  expect(after[1]).toBe(kari);
  expect(after[2]).not.toBe(ola);
});

it.each([
  ["a field that went", visit("1", "/", { chat: "c" }), visit("1", "/")],
  ["a field that came", visit("1", "/"), visit("1", "/", { chat: "c" })],
  ["nothing where there was an object", visit("1", "/"), { id: "1", page: null }],
])("%s is a change", (_, before, after) => {
  expect(keepUnchanged<{ id: string }>([before], [after])[0]).toBe(after);
});

it("the first answer is taken as it is", () => {
  const first = [visit("1", "/")];
  expect(keepUnchanged(undefined, first)).toBe(first);
});
