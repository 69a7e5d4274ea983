/** Owns the sign-in page. */
import { Alert, Button, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Session } from "../../api/rest";
import { ApiError, request } from "../api/http";
import { keys } from "../api/queries";
import { usePageTitle } from "../ui/usePageTitle";
import { EntranceCard } from "./EntranceCard";

export function SignIn() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => request<Session>("POST", "/session", { email: email.trim(), password }),
    onSuccess: (session) => queryClient.setQueryData(keys.session, session),
  });
  usePageTitle(t("sign_in.title"));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <EntranceCard>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Title order={1}>{t("sign_in.title")}</Title>
          {signIn.isError && (
            <Alert color="red" role="alert">
              {messageOf(signIn.error, t)}
            </Alert>
          )}
          <TextInput
            label={t("sign_in.email")}
            type="email"
            name="email"
            autoComplete="username"
            required
            withAsterisk={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            visibilityToggleButtonProps={{ "aria-label": t("action.show_password") }}
            label={t("sign_in.password")}
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" loading={signIn.isPending} fullWidth mt={4}>
            {t("sign_in.submit")}
          </Button>
        </Stack>
      </form>
    </EntranceCard>
  );
}

function messageOf(error: Error, t: TFunction): string {
  if (!(error instanceof ApiError)) return error.message;
  if (error.status === 0) return `${t("error.network_title")}. ${t("error.network_text")}`;
  if (error.status === 429) return t("sign_in.too_many");
  if (error.status === 401 || error.status === 422) return t("sign_in.wrong");
  return t("error.server", { status: error.status });
}
