/** Owns the page of the first start: the first administrator, guarded by the token that the server printed. */
import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { isEmail, useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { NewSetup, Session } from "../../api/rest";
import { ApiError, request } from "../api/http";
import { fieldErrors } from "../api/pointer";
import { keys } from "../api/queries";
import { usePageTitle } from "../ui/usePageTitle";
import { EntranceCard } from "./EntranceCard";

const PASSWORD_LENGTH_MIN = 10;

export function FirstStart() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const form = useForm<NewSetup>({
    initialValues: {
      setup_token: new URLSearchParams(location.search).get("token") ?? "",
      name: "",
      email: "",
      password: "",
    },
    validate: {
      setup_token: (value) => (value.trim() ? null : t("setup.required")),
      name: (value) => (value.trim() ? null : t("setup.required")),
      email: isEmail(t("setup.email_invalid")),
      password: (value) => (value.length >= PASSWORD_LENGTH_MIN ? null : t("setup.password_short")),
    },
  });
  const create = useMutation({
    mutationFn: async (values: NewSetup) => {
      await request("POST", "/setup", { ...values, setup_token: values.setup_token.trim() });
      return request<Session>("GET", "/session");
    },
    onSuccess: (session) => {
      queryClient.setQueryData(keys.setup, { first_start: false });
      // The first thing to do is to add a site.
      go("/admin", { replace: true });
      queryClient.setQueryData(keys.session, session);
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      if (error.problem.code === "wrong_setup_token")
        form.setFieldError("setup_token", t("setup.token_wrong"));
      if ((error.problem.errors ?? []).length === 0) return;
      const { fields } = fieldErrors(error.problem, (path) => (path in form.values ? path : null));
      form.setErrors(fields);
    },
  });
  usePageTitle(t("setup.title"));

  return (
    <EntranceCard>
      <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
        <Stack gap="md">
          <div>
            <Title order={1}>{t("setup.title")}</Title>
            <Text c="dimmed" mt={4}>
              {t("setup.text")}
            </Text>
          </div>
          {create.isError && (
            <Alert color="red" role="alert">
              {create.error instanceof ApiError ? create.error.problem.title : create.error.message}.
            </Alert>
          )}
          <TextInput
            label={t("setup.token")}
            description={t("setup.token_help")}
            autoComplete="off"
            {...form.getInputProps("setup_token")}
          />
          <TextInput
            label={t("setup.name")}
            description={t("setup.name_help")}
            autoComplete="name"
            {...form.getInputProps("name")}
          />
          <TextInput
            label={t("setup.email")}
            type="email"
            autoComplete="username"
            {...form.getInputProps("email")}
          />
          <PasswordInput
            visibilityToggleButtonProps={{ "aria-label": t("action.show_password") }}
            label={t("setup.password")}
            description={t("setup.password_help")}
            autoComplete="new-password"
            {...form.getInputProps("password")}
          />
          <Button type="submit" loading={create.isPending} fullWidth mt={4}>
            {t("setup.submit")}
          </Button>
        </Stack>
      </form>
    </EntranceCard>
  );
}
