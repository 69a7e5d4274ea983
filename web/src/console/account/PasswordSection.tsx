/** Owns changing one's own password. */
import { Button, PasswordInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiError, request } from "../api/http";
import { fieldErrors } from "../api/pointer";
import { Section } from "../ui/form";
import { told, warned } from "../ui/notify";
import { accountKeys } from "./queries";

const PASSWORD_LENGTH_MIN = 10;

export function PasswordSection() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: { current: "", password: "" },
    validate: {
      current: (value) => (value ? null : t("own.password.required")),
      password: (value) => (value.length >= PASSWORD_LENGTH_MIN ? null : t("own.password.short")),
    },
  });
  const change = useMutation({
    mutationFn: (values: { current: string; password: string }) =>
      request<void>("PUT", "/me/password", values),
    onSuccess: () => {
      form.reset();
      told(t("own.password.changed"));
      void queryClient.invalidateQueries({ queryKey: accountKeys.sessions });
    },
    onError: (error) => {
      if (error instanceof ApiError && error.problem.code === "invalid") {
        const { fields } = fieldErrors(error.problem, (path) => (path in form.values ? path : null));
        form.setErrors(fields.current ? { ...fields, current: t("own.password.wrong") } : fields);
      } else if (error instanceof ApiError && error.status === 429) {
        form.setFieldError("current", t("sign_in.too_many", { when: error.message }));
      } else {
        warned(error.message);
      }
    },
  });
  return (
    <Section title={t("own.password.title")} text={t("own.password.text")}>
      <form onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
        <div style={{ display: "flex", flexDirection: "column", gap: 16, maxWidth: 360 }}>
          <PasswordInput
            visibilityToggleButtonProps={{ "aria-label": t("action.show_password") }}
            label={t("own.password.current")}
            autoComplete="current-password"
            {...form.getInputProps("current")}
          />
          <PasswordInput
            visibilityToggleButtonProps={{ "aria-label": t("action.show_password") }}
            label={t("own.password.new")}
            description={t("own.password.help")}
            autoComplete="new-password"
            {...form.getInputProps("password")}
          />
          <Button
            type="submit"
            variant="default"
            loading={change.isPending}
            style={{ alignSelf: "flex-start" }}
          >
            {t("own.password.change")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
