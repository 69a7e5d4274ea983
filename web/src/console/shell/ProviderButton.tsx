/** Owns the button that leads to the provider. */
import { Alert, Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { BegunSignIn } from "../../api/rest";
import { ApiError, request } from "../api/http";

interface ProviderButtonProps {
  label: string;
  /** It is the way in; else one of two. */
  main: boolean;
}

export function ProviderButton({ label, main }: ProviderButtonProps) {
  const { t } = useTranslation();
  const begin = useMutation({
    mutationFn: () => request<BegunSignIn>("POST", "/session/provider", { page: window.location.pathname }),
    onSuccess: ({ address }) => window.location.assign(address),
  });
  const { reset } = begin;
  // Whoever goes back from the provider may find the page as it was left.
  useEffect(() => {
    window.addEventListener("pageshow", reset);
    return () => window.removeEventListener("pageshow", reset);
  }, [reset]);
  return (
    <>
      {begin.error && (
        <Alert color="red" role="alert">
          {messageOf(begin.error, t)}
        </Alert>
      )}
      <Button
        variant={main ? "filled" : "default"}
        loading={begin.isPending || begin.isSuccess}
        fullWidth
        onClick={() => begin.mutate()}
        styles={{
          root: { height: "auto", minHeight: 36, paddingBlock: 6 },
          label: { whiteSpace: "normal", height: "auto", overflow: "visible", lineHeight: 1.5 },
        }}
      >
        {label}
      </Button>
    </>
  );
}

function messageOf(error: Error, t: TFunction): string {
  if (!(error instanceof ApiError)) return error.message;
  if (error.status === 0) return `${t("error.network_title")}. ${t("error.network_text")}`;
  if (error.status === 429) return t("sign_in.too_many", { when: error.message });
  if (error.problem.code === "single_sign_on_off") return t("sign_in.refused.off");
  if (error.problem.code === "provider_failed") return t("sign_in.refused.provider_failed");
  return t("error.server", { status: error.status });
}
