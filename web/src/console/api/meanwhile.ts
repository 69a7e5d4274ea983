/** Owns changes to what is held while it is read: an answer on its way may be older than they are, so they are laid over it. */
import type { Query, QueryClient, QueryFunctionContext, QueryKey } from "@tanstack/react-query";

type Change<T> = (held: T) => T;

/** While more than these come, it is read once more in place of keeping them. */
const CHANGES_MAX = 10_000;

const changesKey = (key: QueryKey) => ["meanwhile", ...key];

/** Changes what is held, and what is being read. Where nothing is held, it is `first` from now on. */
export function changeHeld<T>(client: QueryClient, key: QueryKey, change: Change<T>, first?: T): void {
  client.setQueryData<T>(key, (held) => (held === undefined ? first : change(held)));
  if (client.getQueryState(key)?.fetchStatus !== "fetching") return;
  const changes = client.getQueryData<Change<T>[]>(changesKey(key)) ?? [];
  if (changes.length < CHANGES_MAX) client.setQueryData<Change<T>[]>(changesKey(key), [...changes, change]);
  else void client.invalidateQueries({ queryKey: key, exact: true });
}

/** What is read, with the changes that came meanwhile. */
export async function withChanges<T>(
  { client, queryKey }: Pick<QueryFunctionContext, "client" | "queryKey">,
  reading: Promise<T>,
): Promise<T> {
  const key = changesKey(queryKey);
  // Made anew, so that it is kept for as long as any.
  client.removeQueries({ queryKey: key, exact: true });
  const read = await reading;
  const changes = client.getQueryData<Change<T>[]>(key) ?? [];
  return changes.reduce<T>((held, change) => change(held), read);
}

/** What is on screen is read anew; a first answer on its way, which may be too old, is not waited for. */
export function readAnew(client: QueryClient, queryKey: QueryKey): void {
  const predicate = ({ state }: Query) => state.data === undefined;
  const cancelled = client.cancelQueries({ queryKey, type: "active", predicate });
  void cancelled.then(() => client.invalidateQueries({ queryKey }));
}
