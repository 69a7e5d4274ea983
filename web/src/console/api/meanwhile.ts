/** Owns changes to what is held while it is read: an answer on its way may be older than they are, so they are laid over it. */
import type { Query, QueryClient, QueryFunctionContext, QueryKey } from "@tanstack/react-query";

type Change<T> = (held: T) => T;

const changesKey = (key: QueryKey) => ["meanwhile", ...key];

/** Changes what is held, and what is being read. Where nothing is held, it is `first` from now on. */
export function changeHeld<T>(client: QueryClient, key: QueryKey, change: Change<T>, first?: T): void {
  client.setQueryData<T>(key, (held) => (held === undefined ? first : change(held)));
  if (client.getQueryState(key)?.fetchStatus !== "fetching") return;
  client.setQueryData<Change<T>[]>(changesKey(key), (changes) => [...(changes ?? []), change]);
}

/** What is read, with the changes that came meanwhile. */
export async function withChanges<T>(
  { client, queryKey }: Pick<QueryFunctionContext, "client" | "queryKey">,
  reading: Promise<T>,
): Promise<T> {
  const key = changesKey(queryKey);
  client.setQueryData<Change<T>[]>(key, []);
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
