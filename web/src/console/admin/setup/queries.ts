/** Owns how far a site is set up, as the server sees it, and whether anything is still to be done. */
import { useQuery } from "@tanstack/react-query";
import type { SetupSteps } from "../../../api/rest";
import { request } from "../../api/http";

/** While something is to be done, the server is asked again after this time. */
const REFRESH_MS = 3_000;

export const setupKeys = { steps: (site: string) => ["setup-steps", site] as const };

export function useSetupSteps(site: string) {
  return useQuery({
    queryKey: setupKeys.steps(site),
    queryFn: ({ signal }) => request<SetupSteps>("GET", `/sites/${site}/setup-steps`, undefined, signal),
    refetchInterval: ({ state }) => (state.data && isComplete(state.data) ? false : REFRESH_MS),
    staleTime: 0,
  });
}

export const STEPS = ["site", "snippet", "hours", "agent", "rule", "chat"] as const;
export type Step = (typeof STEPS)[number];

export function isDone(step: Step, steps: SetupSteps): boolean {
  switch (step) {
    case "site":
      return steps.has_origin;
    case "snippet":
      return steps.snippet !== null;
    case "hours":
      return steps.queue_saved;
    case "agent":
      // Who has answered a chat was ready; that nobody is at the moment is for the wallboard.
      return steps.agent_ready || steps.chat_answered;
    case "rule":
      return steps.rule_enabled;
    case "chat":
      return steps.chat_answered;
  }
}

export function isComplete(steps: SetupSteps): boolean {
  return STEPS.every((step) => isDone(step, steps));
}
