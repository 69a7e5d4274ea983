import { describe, expect, it } from "vitest";
import { type KeyStroke, SHORTCUTS, shortcutOf } from "./shortcuts";

const stroke = (change: Partial<KeyStroke>): KeyStroke => ({
  code: "",
  key: "",
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  isComposing: false,
  ...change,
});

// spec: A-1
describe("shortcuts", () => {
  it("each have keys of their own", () => {
    expect(new Set(SHORTCUTS.map(({ code }) => code)).size).toBe(SHORTCUTS.length);
    expect(shortcutOf(stroke({ code: "KeyA", key: "å", altKey: true }), true, true)).toBe("accept");
  });

  it("leave alone what writes a character or belongs to the browser", () => {
    expect(shortcutOf(stroke({ code: "KeyA", key: "a" }), false, true)).toBeNull();
    expect(
      shortcutOf(stroke({ code: "KeyQ", key: "@", altKey: true, ctrlKey: true }), true, true),
    ).toBeNull();
    expect(shortcutOf(stroke({ code: "KeyA", altKey: true, isComposing: true }), true, true)).toBeNull();
  });

  it("open the sheet by a question mark outside of text fields, unless that is switched off", () => {
    const question = stroke({ code: "Slash", key: "?", shiftKey: true });
    expect(shortcutOf(question, false, true)).toBe("sheet");
    expect(shortcutOf(question, true, true)).toBeNull();
    expect(shortcutOf(question, false, false)).toBeNull();
  });
});
