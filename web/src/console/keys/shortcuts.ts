/** Owns which keys do what in the console. Pure: what happens then is registered by those who own it. */

export const SHORTCUTS = [
  { id: "next", group: "chats", code: "ArrowDown", alt: true },
  { id: "previous", group: "chats", code: "ArrowUp", alt: true },
  { id: "search", group: "chats", code: "KeyJ", alt: true },
  { id: "accept", group: "ring", code: "KeyA", alt: true },
  { id: "decline", group: "ring", code: "KeyX", alt: true },
  { id: "composer", group: "chat", code: "KeyM", alt: true },
  { id: "canned", group: "chat", code: "KeyR", alt: true },
  { id: "log", group: "chat", code: "KeyL", alt: true },
  { id: "session", group: "chat", code: "KeyI", alt: true },
  { id: "end", group: "chat", code: "KeyW", alt: true },
  { id: "status", group: "console", code: "KeyS", alt: true },
  { id: "options", group: "console", code: "KeyO", alt: true },
  { id: "sheet", group: "console", code: "KeyH", alt: true },
] as const;

export type ShortcutId = (typeof SHORTCUTS)[number]["id"];
export type ShortcutGroup = (typeof SHORTCUTS)[number]["group"];
export const GROUPS: readonly ShortcutGroup[] = ["chats", "ring", "chat", "console"];

export interface KeyStroke {
  code: string;
  key: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
}

/**
 * The shortcut that a stroke means, by the place of the key, so that every keyboard layout has them. AltGr, which writes
 * characters, comes as Ctrl + Alt and is left alone. `?` opens the sheet outside of text fields, where it is switched on.
 */
export function shortcutOf(stroke: KeyStroke, in_text: boolean, question_mark: boolean): ShortcutId | null {
  if (stroke.isComposing || stroke.ctrlKey || stroke.metaKey) return null;
  if (stroke.key === "?" && !stroke.altKey) return question_mark && !in_text ? "sheet" : null;
  if (!stroke.altKey || stroke.shiftKey) return null;
  return SHORTCUTS.find((shortcut) => shortcut.code === stroke.code)?.id ?? null;
}

/** The keys as they are written on the sheet. */
export function keysOf(id: ShortcutId, mac: boolean): string[] {
  const code = SHORTCUTS.find((shortcut) => shortcut.id === id)?.code ?? "";
  const key = code.replace("Key", "").replace("ArrowDown", "↓").replace("ArrowUp", "↑");
  return [mac ? "⌥" : "Alt", key];
}
