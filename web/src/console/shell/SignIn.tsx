/** Owns the sign-in page: e-mail and password, then a code for those who have a second step. */
import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Credentials, Session } from "../../api/rest";
import { ApiError, request } from "../api/http";
import { keys } from "../api/queries";
import { usePageTitle } from "../ui/usePageTitle";
import { EntranceCard } from "./EntranceCard";

export function SignIn() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string | null>(null);
  const signIn = useMutation({
    mutationFn: () => {
      const credentials: Credentials = { email: email.trim(), password };
      return request<Session>("POST", "/session", code === null ? credentials : { ...credentials, code });
    },
    onSuccess: (session) => queryClient.setQueryData(keys.session, session),
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      if (error.problem.code === "code_needed") setCode(code ?? "");
      if (error.problem.code === "wrong_credentials") setCode(null);
    },
  });
  usePageTitle(t("sign_in.title"));
  const back = () => {
    signIn.reset();
    setCode(null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  const message = signIn.error && messageOf(signIn.error, code, t);
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
          {code === null ? (
            <>
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
            </>
          ) : (
            <>
              <Text c="dimmed" truncate>
                {email.trim()}
              </Text>
              <CodeField value={code} onChange={setCode} />
            </>
          )}
          <Button type="submit" loading={signIn.isPending} fullWidth mt={4}>
            {t("sign_in.submit")}
          </Button>
          {code !== null && (
            <Button variant="subtle" color="gray" onClick={back}>
              {t("action.back")}
            </Button>
          )}
        </Stack>
      </form>
    </EntranceCard>
  );
}

interface CodeFieldProps {
  value: string;
  error?: ReactNode;
  onChange(value: string): void;
}

export function CodeField({ value, error, onChange }: CodeFieldProps) {
  const { t } = useTranslation();
  return (
    <TextInput
      ref={(field) => {
        if (field && value === "") field.focus();
      }}
      label={t("sign_in.code")}
      description={t("sign_in.code_help")}
      name="code"
      autoComplete="one-time-code"
      maxLength={30}
      required
      withAsterisk={false}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Nothing is wrong while the code is only asked for. */
function messageOf(error: Error, code: string | null, t: TFunction): string | null {
  if (!(error instanceof ApiError)) return error.message;
  if (error.problem.code === "code_needed") return code ? t("sign_in.code_missing") : null;
  if (error.problem.code === "wrong_code") return t("sign_in.code_wrong");
  if (error.status === 0) return `${t("error.network_title")}. ${t("error.network_text")}`;
  if (error.status === 429) return t("sign_in.too_many", { when: error.message });
  if (error.status === 401 || error.status === 422) return t("sign_in.wrong");
  return t("error.server", { status: error.status });
}
