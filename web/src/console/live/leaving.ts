/** Owns that what was not sent yet is handed over when the page, or the console on it, goes away. */
import { useEffect } from "react";

export interface Keeper {
  /** Hands over what the server does not have yet. */
  flush(): void;
  close(): void;
}

export function useHandingOver(keeper: Keeper): void {
  useEffect(() => {
    window.addEventListener("pagehide", keeper.flush);
    return () => {
      window.removeEventListener("pagehide", keeper.flush);
      keeper.flush();
      keeper.close();
    };
  }, [keeper]);
}
