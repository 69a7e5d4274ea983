/** Owns dialogs that open over a drawer: Escape closes the one on top, and leaves the drawer. */

/** What a dialog that opens over a drawer carries. */
export const OVER = { "data-over": "" };

export function isCovered(): boolean {
  return document.querySelector('[data-over] [role="dialog"]') !== null;
}
