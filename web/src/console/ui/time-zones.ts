/** Owns the time zones that can be chosen. */
import { useMemo } from "react";

/** All that the browser knows, and the one that is chosen where it does not know that one. */
export function useTimeZones(chosen: string): string[] {
  return useMemo(() => [...new Set([chosen, ...Intl.supportedValuesOf("timeZone"), "UTC"])].sort(), [chosen]);
}
