/** Owns what the console reads of one's own account. */
import { useQuery } from "@tanstack/react-query";
import type { OwnSession, SecondStep } from "../../api/rest";
import { request } from "../api/http";

export const accountKeys = {
  sessions: ["own-sessions"] as const,
  secondStep: ["own-second-step"] as const,
};

export function useOwnSessions() {
  return useQuery({
    queryKey: accountKeys.sessions,
    queryFn: async ({ signal }) =>
      (await request<{ items: OwnSession[] }>("GET", "/me/sessions", undefined, signal)).items,
  });
}

export function useSecondStep() {
  return useQuery({
    queryKey: accountKeys.secondStep,
    queryFn: ({ signal }) => request<SecondStep>("GET", "/me/second-step", undefined, signal),
  });
}
