/** Owns the sign-in page: the provider where there is one, e-mail and password, then a code for those who have a second step. */
import { Alert, Button, Divider, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Credentials, Session, WaysIn } from "../../api/rest";
import { ApiError, request } from "../api/http";
import { keys } from "../api/queries";
import { usePageTitle } from "../ui/usePageTitle";
import { arrivalOf } from "./arrival";
import { CodeField, messageOf } from "./CodeField";
import { EntranceCard } from "./EntranceCard";
import { ProviderButton } from "./ProviderButton";
import { ProviderCode } from "./ProviderCode";

/** Whoever comes back from the provider is told why they are not let in, or asked for a code. */
export function SignIn({ ways }: { ways: WaysIn }) {
  const { t } = useTranslation();
  const [arrival] = useState(() => arrivalOf(window.location.search));
  const [over, setOver] = useState(false);
  const [withPassword, setWithPassword] = useState(ways.passwords || ways.provider === null);
  useEffect(() => {
    if (arrival) window.history.replaceState(null, "", window.location.pathname);
  }, [arrival]);
  usePageTitle(t("sign_in.title"));
  if (arrival?.code && !over) return <ProviderCode over={() => setOver(true)} />;
  const message = over ? t("sign_in.over") : arrival?.refused && t(`sign_in.refused.${arrival.refused}`);
  return (
    <EntranceCard>
      <Stack gap="md">
        <Title order={1}>{t("sign_in.title")}</Title>
        {message && (
          <Alert color="red" role="alert">
            {message}
          </Alert>
        )}
        {ways.provider !== null && (
          <>
            <ProviderButton label={ways.provider} main={!withPassword} />
            {withPassword && <Divider label={t("sign_in.or")} />}
          </>
        )}
        {withPassword ? (
          <PasswordForm note={ways.passwords ? null : t("sign_in.administrators_alone")} />
        ) : (
          <Button variant="subtle" color="gray" onClick={() => setWithPassword(true)}>
            {t("sign_in.with_password")}
          </Button>
        )}
      </Stack>
    </EntranceCard>
  );
}

function PasswordForm({ note }: { note: string | null }) {
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
    <form onSubmit={submit}>
      <Stack gap="md">
        {note && <Text c="dimmed">{note}</Text>}
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
  );
}
