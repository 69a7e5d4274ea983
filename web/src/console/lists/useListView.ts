/** Owns what a list shows, as its address says it, so that the address can be shared. */
import { useCallback } from "react";
import { useSearchParams } from "wouter";

export interface ListView {
  /** What the address says under a name; null when nothing. */
  read(name: string): string | null;
  /** `without`: names that mean nothing beside the new value. */
  change(name: string, value: string | null, without?: readonly string[]): void;
  /** Takes all of these filters away. */
  clear(names: readonly string[]): void;
  /** To put behind the address of one item, so that the list stays as it is. */
  query: string;
}

export function useListView(): ListView {
  const [params, setParams] = useSearchParams();
  const change = useCallback(
    (name: string, value: string | null, without: readonly string[] = []) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          if (value) next.set(name, value);
          else next.delete(name);
          for (const other of without) next.delete(other);
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  const clear = (names: readonly string[]) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        for (const name of names) next.delete(name);
        return next;
      },
      { replace: true },
    );
  const query = params.toString();
  return { read: (name) => params.get(name), change, clear, query: query ? `?${query}` : "" };
}
