/** Owns what the console reads of the audit log and of the versions of a site. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { AuditDetail, AuditEntry, Page } from "../../../api/rest";
import { request } from "../../api/http";

export interface AuditFilter {
  site: string | null;
  user: string | null;
  kind: string | null;
}

export const auditKeys = {
  all: ["audit"] as const,
  list: (filter: AuditFilter) => ["audit", "list", filter] as const,
  versions: (site: string) => ["audit", "versions", site] as const,
  line: (id: string) => ["audit", "line", id] as const,
};

export function useAudit(filter: AuditFilter) {
  return useLines(auditKeys.list(filter), "/audit", { ...filter });
}

export function useVersions(site: string) {
  return useLines(auditKeys.versions(site), `/sites/${site}/versions`, {});
}

export function useAuditLine(id: string) {
  return useQuery({
    queryKey: auditKeys.line(id),
    queryFn: ({ signal }) => request<AuditDetail>("GET", `/audit/${id}`, undefined, signal),
  });
}

function useLines(queryKey: readonly unknown[], path: string, given: Record<string, string | null>) {
  return useInfiniteQuery({
    queryKey,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries({ ...given, after: pageParam }))
        if (value) query.set(name, value);
      return request<Page<AuditEntry>>("GET", `${path}?${query}`, undefined, signal);
    },
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    // What was done a moment ago stands in it.
    staleTime: 0,
  });
}
