/** Owns the ticking of times on screen: one timer for all that show them. */
import { useSyncExternalStore } from "react";
import { serverNow } from "./server-time";

const TICK_MS = 1_000;

let now = serverNow();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = serverNow();
    timer = setInterval(() => {
      now = serverNow();
      for (const each of listeners) each();
    }, TICK_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The server's time now, in milliseconds since 1970; a new value each second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
