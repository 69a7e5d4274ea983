import { expect, it } from "vitest";
import { said } from "./mark";
import { answerOf, withoutToken } from "./shown";

it.each([
  ["https://shop.example/a?b=c#beckon-preview=1f", "https://shop.example/a?b=c"],
  ["https://shop.example/#/cart&beckon-preview=1f", "https://shop.example/#/cart"],
  ["https://shop.example/#beckon-preview=1f&x=1", "https://shop.example/#&x=1"],
  ["https://shop.example/#place", "https://shop.example/#place"],
])("takes the link's own parameter from %s and leaves the rest", (before, after) => {
  expect(withoutToken(before)).toBe(after);
});

it("takes a yes, a no and the wish for a chat for answers, and nothing else", () => {
  expect(answerOf({ type: "accepted", tab: 1, now: 1 })).toBe("accepted");
  expect(answerOf({ type: "rejected", now: 1 })).toBe("rejected");
  expect(answerOf({ type: "opened", tab: 1, now: 1 })).toBe("asked");
  expect(answerOf({ type: "announced", presentation: "p" })).toBeUndefined();
});

it("says that visitors do not get an offer that is inactive", () => {
  expect(said(null, false)).toMatch(/inactive, so visitors do not get it/);
  expect(said(null, true)).toMatch(/not recorded/);
});
