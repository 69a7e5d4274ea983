/** Owns taking away the link between a user and an account of the provider of single sign-on. */
import { Button, Text } from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { User } from "../../../api/rest";
import { request } from "../../api/http";
import { keys } from "../../api/queries";
import { Section } from "../../ui/form";
import { told, warned } from "../../ui/notify";

export function Unlink({ user }: { user: User }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { name } = user;
  const off = useMutation({
    mutationFn: () => request<void>("DELETE", `/users/${user.id}/identity`),
    onSuccess: () => told(t("users.single_sign_on.done", { name })),
    onError: (error) => warned(error.message),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.users }),
  });
  const ask = () =>
    openConfirmModal({
      title: t("users.single_sign_on.ask", { name }),
      children: <Text>{t("users.single_sign_on.ask_text")}</Text>,
      labels: { confirm: t("users.single_sign_on.off"), cancel: t("action.cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => off.mutate(),
    });
  return (
    <Section title={t("users.single_sign_on.title")} text={t("users.single_sign_on.text")}>
      <Button variant="default" loading={off.isPending} onClick={ask} style={{ alignSelf: "flex-start" }}>
        {t("users.single_sign_on.off")}
      </Button>
    </Section>
  );
}
