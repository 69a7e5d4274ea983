/** Owns the page that a link opens with which somebody chooses a password: an invitation, or a new one for one that was lost. */
import { Alert, Button, Center, Loader, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import type { LinkHolder, Session } from "../../api/rest";
import { ApiError, request } from "../api/http";
import { fieldErrors } from "../api/pointer";
import { keys } from "../api/queries";
import { dateTime } from "../ui/format";
import { usePageTitle } from "../ui/usePageTitle";
import { CodeField } from "./CodeField";
import { EntranceCard } from "./EntranceCard";

const PASSWORD_LENGTH_MIN = 10;

export function LinkPage() {
  const { t } = useTranslation();
  const token = location.hash.slice(1);
  const holder = useQuery({
    queryKey: ["user-link", token],
    queryFn: () => request<LinkHolder>("POST", "/user-link/look", { token }),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  usePageTitle(t("link.title"));
  return (
    <EntranceCard>
      {holder.data ? (
        <Choose token={token} holder={holder.data} />
      ) : holder.isError ? (
        <Stack gap="md">
          <Title order={1}>{t(isDead(holder.error) ? "link.dead_title" : "error.load_title")}</Title>
          <Text>{isDead(holder.error) ? t("link.dead_text") : messageOf(holder.error, t)}</Text>
          <Button component={Link} href="/" variant="default">
            {t("link.to_sign_in")}
          </Button>
        </Stack>
      ) : (
        <Center role="status" aria-label={t("state.loading")}>
          <Loader size="sm" color="gray" />
        </Center>
      )}
    </EntranceCard>
  );
}

function Choose({ token, holder }: { token: string; holder: LinkHolder }) {
  const { t, i18n } = useTranslation();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const { kind, email, code_needed, expires_at } = holder;
  const form = useForm({
    initialValues: { name: holder.name, password: "", code: "" },
    validate: {
      name: (value) => (value.trim() ? null : t("setup.required")),
      code: (value) => (code_needed && !value.trim() ? t("sign_in.code_missing") : null),
      password: (value) => (value.length >= PASSWORD_LENGTH_MIN ? null : t("setup.password_short")),
    },
  });
  const use = useMutation({
    mutationFn: ({ name, password, code }: { name: string; password: string; code: string }) => {
      const chosen = { token, name: name.trim(), password };
      return request<Session>("POST", "/user-link", code_needed ? { ...chosen, code } : chosen);
    },
    onSuccess: (session) => {
      go("/", { replace: true });
      queryClient.setQueryData(keys.session, session);
    },
    onError: (error) => {
      if (!(error instanceof ApiError) || (error.problem.errors ?? []).length === 0) return;
      const { fields } = fieldErrors(error.problem, (path) => (path in form.values ? path : null));
      form.setErrors(fields);
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => use.mutate(values))} noValidate>
      <Stack gap="md">
        <div>
          <Title order={1}>{t(`link.${kind}.title`)}</Title>
          <Text c="dimmed" mt={4}>
            {t(`link.${kind}.text`, { until: dateTime(expires_at, i18n.language) })}
          </Text>
        </div>
        {use.isError && (
          <Alert color="red" role="alert">
            {messageOf(use.error, t)}
          </Alert>
        )}
        <TextInput
          label={t("sign_in.email")}
          type="email"
          name="email"
          autoComplete="username"
          readOnly
          variant="filled"
          value={email}
        />
        <TextInput
          label={t("setup.name")}
          description={t("setup.name_help")}
          autoComplete="name"
          maxLength={100}
          {...form.getInputProps("name")}
        />
        <PasswordInput
          visibilityToggleButtonProps={{ "aria-label": t("action.show_password") }}
          label={t(`link.${kind}.password`)}
          description={t("setup.password_help")}
          autoComplete="new-password"
          {...form.getInputProps("password")}
        />
        {code_needed && (
          <CodeField
            value={form.values.code}
            error={form.errors.code}
            onChange={(code) => form.setFieldValue("code", code)}
          />
        )}
        <Button type="submit" loading={use.isPending} fullWidth mt={4}>
          {t(`link.${kind}.submit`)}
        </Button>
      </Stack>
    </form>
  );
}

function isDead(error: Error): boolean {
  return error instanceof ApiError && error.problem.code === "dead_link";
}

function messageOf(error: Error, t: TFunction): string {
  if (!(error instanceof ApiError)) return error.message;
  if (error.status === 0) return `${t("error.network_title")}. ${t("error.network_text")}`;
  if (error.status === 429) return t("sign_in.too_many", { when: error.message });
  if (error.problem.code === "wrong_code") return t("sign_in.code_wrong");
  if (isDead(error)) return t("link.dead_text");
  if (error.status === 422) return t("state.has_errors");
  return t("error.server", { status: error.status });
}
