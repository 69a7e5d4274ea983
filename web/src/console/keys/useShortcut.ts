/** Owns who answers a shortcut: whoever registered last, as long as they are on screen and able to. */
import { useEffect, useRef } from "react";
import { type ShortcutId, shortcutOf } from "./shortcuts";

const QUESTION_MARK_KEY = "beckon.console.question_mark";

const answering = new Map<ShortcutId, (() => void)[]>();

export function questionMarkOn(): boolean {
  return localStorage.getItem(QUESTION_MARK_KEY) !== "off";
}

export function setQuestionMark(on: boolean): void {
  localStorage.setItem(QUESTION_MARK_KEY, on ? "on" : "off");
}

/** Calls `run` when the keys of the shortcut are pressed, while `able`. */
export function useShortcut(id: ShortcutId, run: () => void, able = true): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!able) return;
    const call = () => latest.current();
    answering.set(id, [...(answering.get(id) ?? []), call]);
    return () => {
      answering.set(
        id,
        (answering.get(id) ?? []).filter((held) => held !== call),
      );
    };
  }, [id, able]);
}

/** Listens in a window until the returned function is called. While a dialog is open its own keys are the only ones. */
export function listenForShortcuts(target: Window): () => void {
  const heard = (event: KeyboardEvent) => {
    const id = shortcutOf(event, isText(event.target), questionMarkOn());
    if (id === null || target.document.querySelector('[role="dialog"][aria-modal="true"]')) return;
    const run = answering.get(id)?.at(-1);
    if (!run) return;
    event.preventDefault();
    run();
  };
  target.addEventListener("keydown", heard);
  return () => target.removeEventListener("keydown", heard);
}

/** The mini window has classes of its own: its text field is no `HTMLElement` of this window. */
function isText(target: EventTarget | null): boolean {
  if (target === null || !("matches" in target)) return false;
  const at = target as HTMLElement;
  return at.isContentEditable || at.matches("textarea, select, input:not([type=checkbox], [type=radio])");
}
