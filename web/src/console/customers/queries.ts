/** Owns what the console reads of customers: one hook for each resource. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type {
  Customer,
  CustomerDirectory,
  CustomerHistory,
  CustomerImport,
  Page,
  Person,
} from "../../api/rest";
import { request } from "../api/http";

const PAGE_SIZE = 100;
const IMPORT_REFRESH_MS = 700;

export const customerKeys = {
  all: ["customers"] as const,
  list: (site: string, search: string) => ["customers", "list", site, search] as const,
  directory: (site: string) => ["customers", "directory", site] as const,
  one: (id: string) => ["customers", "one", id] as const,
  history: (id: string) => ["customers", "history", id] as const,
  imports: (site: string) => ["customers", "imports", site] as const,
  import: (id: string) => ["customers", "import", id] as const,
  person: (visitor: string) => ["customers", "person", visitor] as const,
  /** The record that was made of a visitor and is not linked yet; nothing reads it from the server. */
  unlinked: (chat: string) => ["unlinked-customer", chat] as const,
};

/** The customers of a site, page by page as the list is scrolled. */
export function useCustomers(site: string, search: string) {
  return useInfiniteQuery({
    queryKey: customerKeys.list(site, search),
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
      if (search) query.set("search", search);
      if (pageParam) query.set("after", pageParam);
      return request<Page<Customer>>("GET", `/sites/${site}/customers?${query}`, undefined, signal);
    },
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
}

export function findCustomers(site: string, search: string, signal?: AbortSignal): Promise<Page<Customer>> {
  const query = new URLSearchParams({ limit: "10", search });
  return request("GET", `/sites/${site}/customers?${query}`, undefined, signal);
}

export function useDirectory(site: string) {
  return useQuery({
    queryKey: customerKeys.directory(site),
    queryFn: ({ signal }) =>
      request<CustomerDirectory>("GET", `/sites/${site}/customer-fields`, undefined, signal),
  });
}

export function useCustomer(id: string) {
  return useQuery({
    queryKey: customerKeys.one(id),
    queryFn: ({ signal }) => request<Customer>("GET", `/customers/${id}`, undefined, signal),
  });
}

export function useHistory(id: string) {
  return useQuery({
    queryKey: customerKeys.history(id),
    queryFn: ({ signal }) => request<CustomerHistory>("GET", `/customers/${id}/history`, undefined, signal),
  });
}

/** Refreshed while rows are worked off. */
export function useImport(id: string) {
  return useQuery({
    queryKey: customerKeys.import(id),
    queryFn: ({ signal }) => request<CustomerImport>("GET", `/customer-imports/${id}`, undefined, signal),
    refetchInterval: ({ state }) =>
      state.data?.state === "checking" || state.data?.state === "running" ? IMPORT_REFRESH_MS : false,
  });
}

export function useImports(site: string) {
  return useQuery({
    queryKey: customerKeys.imports(site),
    queryFn: async ({ signal }) =>
      (await request<Page<CustomerImport>>("GET", `/sites/${site}/customer-imports`, undefined, signal))
        .items,
  });
}

/** Who a visitor is. */
export function usePerson(visitor: string, refresh_ms: number | false) {
  return useQuery({
    queryKey: customerKeys.person(visitor),
    queryFn: ({ signal }) => request<Person>("GET", `/visitors/${visitor}/person`, undefined, signal),
    refetchInterval: refresh_ms,
  });
}
