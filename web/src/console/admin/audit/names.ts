/** Owns the names of what ids in the audit log mean, as far as it is there still. */
import { useQueries } from "@tanstack/react-query";
import type { Offer, Queue, Rule, Site, User } from "../../../api/rest";
import { requestAll } from "../../api/http";
import { keys } from "../../api/queries";
import type { Names } from "./labels";

type Named = Pick<User | Site | Offer | Queue | Rule, "id" | "name">;

/** Names of people and sites, and of what the site has; a name that cannot be had leaves the id. */
export function useNames(site: string | null): Names {
  const list = (queryKey: readonly unknown[], path: string, enabled: boolean) => ({
    queryKey,
    queryFn: ({ signal }: { signal: AbortSignal }) => requestAll<Named>(path, signal),
    enabled,
  });
  const of = site ?? "";
  const within = site !== null;
  const answers = useQueries({
    queries: [
      list(keys.users, "/users", true),
      list(keys.sites, "/sites", true),
      list(keys.offers(of), `/sites/${of}/offers`, within),
      list(keys.queues(of), `/sites/${of}/queues`, within),
      list(keys.rules(of), `/sites/${of}/rules`, within),
    ],
  });
  return new Map(answers.flatMap(({ data }) => data ?? []).map(({ id, name }) => [id, name]));
}
