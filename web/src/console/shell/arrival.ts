/** Owns what the address says to whoever comes back from the provider. Pure. */
import { shell } from "../locales/en/shell";

export type Refusal = keyof typeof shell.sign_in.refused;

export interface Arrival {
  /** Why they are not let in. */
  refused?: Refusal;
  /** A code of the second step is asked for. */
  code?: true;
}

/** None when nobody has come back. What is not known is a failure. */
export function arrivalOf(search: string): Arrival | null {
  const params = new URLSearchParams(search);
  const refused = params.get("refused");
  if (refused !== null) return { refused: isRefusal(refused) ? refused : "failed" };
  return params.get("sign_in") === "code" ? { code: true } : null;
}

function isRefusal(text: string): text is Refusal {
  return Object.hasOwn(shell.sign_in.refused, text);
}
