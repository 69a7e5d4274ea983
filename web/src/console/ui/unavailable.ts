/** Owns how a button stands that can do nothing at present and keeps the focus, which a disabled one would lose. */

/** For a button whose `onClick` does nothing while `is` holds. */
export function unavailable(is: boolean) {
  return { "aria-disabled": is, "data-disabled": is || undefined };
}
