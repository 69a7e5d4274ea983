/** Owns where the focus goes when what had it went away with a chat. */

export const LIST_ID = "chat-list";
export const TITLE_ID = "chat-title";

/** To the next chat of the list, else to the list; where that is not on screen, to the title of the open chat. */
export function focusNextChat(): void {
  setTimeout(() => {
    const now = document.activeElement;
    if (now !== null && now !== document.body) return;
    const list = document.getElementById(LIST_ID);
    const next = list?.querySelector<HTMLElement>("a[data-index]:not([aria-current])");
    for (const place of [next, list, document.getElementById(TITLE_ID)]) {
      place?.focus();
      if (place && document.activeElement === place) return;
    }
  });
}
