/** Owns what the console reads from the server about the agents' workspace: query keys and one hook for each resource. */
import { useQuery } from "@tanstack/react-query";
import type { AgentOptions, CannedReply, Me, Workspace } from "../../api/rest";
import { request, requestAll } from "./http";

const FRESH_MS = 60_000;

export const workspaceKeys = {
  workspace: ["workspace"] as const,
  options: ["options"] as const,
  me: ["me"] as const,
  cannedReplies: ["canned_replies"] as const,
};

export function useWorkspace() {
  return useQuery({
    queryKey: workspaceKeys.workspace,
    queryFn: ({ signal }) => request<Workspace>("GET", "/workspace", undefined, signal),
    staleTime: FRESH_MS,
  });
}

/** The agent's own options; the live connection says when another browser has changed them. */
export function useOptions() {
  return useQuery({
    queryKey: workspaceKeys.options,
    queryFn: ({ signal }) => request<AgentOptions>("GET", "/me/options", undefined, signal),
    refetchInterval: FRESH_MS,
  });
}

export function useMe() {
  return useQuery({
    queryKey: workspaceKeys.me,
    queryFn: ({ signal }) => request<Me>("GET", "/me", undefined, signal),
    staleTime: 0,
  });
}

/** The shared canned replies and the agent's own. */
export function useCannedReplies() {
  return useQuery({
    queryKey: workspaceKeys.cannedReplies,
    queryFn: ({ signal }) => requestAll<CannedReply>("/canned-replies", signal),
    staleTime: FRESH_MS,
  });
}
