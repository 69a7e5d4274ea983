/** Owns what the console reads of API tokens. */
import { useQuery } from "@tanstack/react-query";
import type { ApiToken } from "../../../api/rest";
import { request } from "../../api/http";

export const tokenKeys = {
  all: ["api_tokens"] as const,
  /** The token that was just made; kept here alone, and gone with the page. */
  made: ["api_token_made"] as const,
};

export function useApiTokens() {
  return useQuery({
    queryKey: tokenKeys.all,
    queryFn: async ({ signal }) =>
      (await request<{ items: ApiToken[] }>("GET", "/api-tokens", undefined, signal)).items,
  });
}
