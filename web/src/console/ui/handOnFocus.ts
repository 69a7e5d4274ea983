/** Owns where the focus goes from what goes away with it, such as a button that has done its work. */

/** Not what would open at that, as a list to choose from does. */
const FOCUSABLE =
  ':is(a[href], button, input, select, textarea, summary, [tabindex]):not([tabindex="-1"], [aria-haspopup])';

/** The `ref` of what may go: the focus stays at its place, with what has come there, or else what stands before it, or around it. */
export function handOnFocus(gone: HTMLElement | null): (() => void) | undefined {
  if (gone === null) return undefined;
  return () => {
    if (!gone.contains(document.activeElement)) return;
    const { previousElementSibling: before, nextElementSibling: after } = gone;
    const around = ancestors(gone);
    // What comes in its place is drawn in the same step.
    queueMicrotask(() => {
      const now = document.activeElement;
      if (now !== null && now !== document.body) return;
      const parent = around.find((one) => one.isConnected);
      const siblings = parent && parent === around[0] ? [...parent.children] : [];
      const from = before ? siblings.indexOf(before) + 1 : 0;
      const to = after ? siblings.indexOf(after) : siblings.length;
      const places = [
        ...siblings.slice(from, to).flatMap(within),
        ...(from > 0 && before ? within(before).reverse() : []),
        parent?.closest("[tabindex]"),
      ];
      places.find(takesFocus);
    });
  };
}

function ancestors(element: HTMLElement): HTMLElement[] {
  const parent = element.parentElement;
  return parent ? [parent, ...ancestors(parent)] : [];
}

function within(element: Element): Element[] {
  return [element, ...element.querySelectorAll(FOCUSABLE)].filter((one) => one.matches(FOCUSABLE));
}

/** Nothing that is hidden or disabled does. */
function takesFocus(place: Element | null | undefined): boolean {
  if (place instanceof HTMLElement) place.focus();
  return place != null && document.activeElement === place;
}
