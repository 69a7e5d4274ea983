/** Owns the error of a command that was not carried out. */
import type { RefusalCode } from "../../api/wire";

/** The server, or the connection to it, did not carry out a command. */
export class LiveRefusal extends Error {
  constructor(
    readonly code: RefusalCode | "no_connection",
    detail: string,
  ) {
    super(detail);
    this.name = "LiveRefusal";
  }
}
