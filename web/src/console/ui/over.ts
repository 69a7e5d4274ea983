/** Owns dialogs that open over a drawer, or over another dialog: Escape closes the one on top, and leaves what is below. */

/** What a dialog that opens over a drawer carries. */
export const OVER = { "data-over": "drawer" };

/** What a dialog carries that opens over one of those, too. */
export const OVER_DIALOG = { "data-over": "dialog" };

/** For a drawer. */
export function isCovered(): boolean {
  return document.querySelector('[data-over] [role="dialog"]') !== null;
}

/** For a dialog that itself may be over a drawer. */
export function isDialogCovered(): boolean {
  return document.querySelector('[data-over="dialog"] [role="dialog"]') !== null;
}
