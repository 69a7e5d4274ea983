/** Owns what the console reads of single sign-on. */
import { useQuery } from "@tanstack/react-query";
import type { SingleSignOn } from "../../../api/rest";
import { request } from "../../api/http";

export const ssoKey = ["single_sign_on"] as const;

export function useSingleSignOn() {
  return useQuery({
    queryKey: ssoKey,
    queryFn: ({ signal }) => request<SingleSignOn>("GET", "/single-sign-on", undefined, signal),
  });
}
