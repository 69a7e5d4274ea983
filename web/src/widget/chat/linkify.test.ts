import { expect, it } from "vitest";
import { linkify } from "./linkify";

const links = (text: string) => linkify(text).flatMap((piece) => (piece.href ? [piece.href] : []));

it("finds http, https, mailto, tel and bare e-mail addresses", () => {
  expect(
    links("http://a.example https://b.example/x?y=1 mailto:c@d.example tel:+4722000000 e@f.example"),
  ).toEqual([
    "http://a.example",
    "https://b.example/x?y=1",
    "mailto:c@d.example",
    "tel:+4722000000",
    "mailto:e@f.example",
  ]);
});

it("never makes a link of anything that could run", () => {
  // spec: X-7 Q-8
  for (const bad of [
    "javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example",
    "JaVaScRiPt:x",
  ])
    expect(links(bad)).toEqual([]);
});

it("leaves punctuation outside", () => {
  expect(links("See https://a.example/x. Or (https://b.example)? https://c.example/a_(b)!")).toEqual([
    "https://a.example/x",
    "https://b.example",
    "https://c.example/a_(b)",
  ]);
});

it("keeps every character of the text, in order", () => {
  for (const text of ["", "plain", "https://a.example", " a@b.example, c ", "<b>https://x.example/<i>"])
    expect(
      linkify(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
});
