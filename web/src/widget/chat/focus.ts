/** Moves the focus, and only where the visitor already acts (see `engaged` in the state); and keeps it in the window. */
import type { Effect } from "./state";

type Focus = Extract<Effect, { do: "focus" }>;

export function focus(root: ShadowRoot, { on, key }: Focus): void {
  const find = (selector: string) => root.querySelector<HTMLElement>(selector);
  const first_field = ".form input, .form select, .form textarea";
  const target =
    on === "field"
      ? (key && root.getElementById(`field-${key}`)) || find(first_field)
      : on === "composer"
        ? find(".write")
        : on === "email"
          ? find(".email")
          : on === "launcher"
            ? find(".dock button")
            : on === "picture"
              ? root.getElementById(`picture-${key}`)
              : null;
  (target || find(".window"))?.focus({ preventScroll: true });
}

/** When what had the focus is no longer drawn, the window has it. */
export function keepingFocus(root: ShadowRoot, draw: () => void): void {
  const had = root.activeElement;
  draw();
  if (had && !had.isConnected) focus(root, { do: "focus", on: "window" });
}
