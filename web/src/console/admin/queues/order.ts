/** Where a field goes that is moved within its form. Pure. */

/** The place of what stands at `from` once it is put before what stands at `before`; `length` is after the last. */
export function placeOf(from: number, before: number): number {
  return from < before ? before - 1 : before;
}
