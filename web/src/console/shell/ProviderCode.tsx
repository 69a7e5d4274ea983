/** Owns the code of the second step of whoever has come back from the provider, where everyone must use one. */
import { Alert, Button, Stack, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Session } from "../../api/rest";
import { ApiError, request } from "../api/http";
import { keys } from "../api/queries";
import { CodeField, messageOf } from "./CodeField";
import { EntranceCard } from "./EntranceCard";

/** `over`: the sign-in is to be begun again. */
export function ProviderCode({ over }: { over(): void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [code, setCode] = useState("");
  const finish = useMutation({
    mutationFn: () => request<Session>("PUT", "/session/provider", { code }),
    onSuccess: (session) => queryClient.setQueryData(keys.session, session),
    onError: (error) => {
      if (error instanceof ApiError && error.problem.code === "sign_in_over") over();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    finish.mutate();
  };
  const message = finish.error && messageOf(finish.error, code, t);
  return (
    <EntranceCard>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Title order={1}>{t("sign_in.title")}</Title>
          {message && (
            <Alert color="red" role="alert">
              {message}
            </Alert>
          )}
          <CodeField value={code} onChange={setCode} />
          <Button type="submit" loading={finish.isPending} fullWidth mt={4}>
            {t("sign_in.submit")}
          </Button>
        </Stack>
      </form>
    </EntranceCard>
  );
}
