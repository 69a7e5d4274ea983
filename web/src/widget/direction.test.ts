import { afterEach, expect, it, vi } from "vitest";
import { directionOf } from "./direction";

afterEach(() => {
  vi.unstubAllGlobals();
});

// spec: N-5
it("follows a language that is written from right to left, and else the page", () => {
  vi.stubGlobal("document", {});
  vi.stubGlobal("getComputedStyle", () => ({ direction: "ltr" }));
  expect(["ar", "ar-EG", "ar_EG", "AR", "de", "arn"].map(directionOf)).toEqual([
    "rtl",
    "rtl",
    "rtl",
    "rtl",
    "ltr",
    "ltr",
  ]);
});
