/** Runs what must never throw into the customer's page. */
export function quietly(act: () => void): void {
  try {
    act();
  } catch (error) {
    console.debug("beckon", error);
  }
}
