/** Owns turning off the second step of a user who has lost app and recovery codes. */
import { Button, Text } from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { User } from "../../../api/rest";
import { request } from "../../api/http";
import { keys } from "../../api/queries";
import { Section } from "../../ui/form";
import { told, warned } from "../../ui/notify";

export function SecondStepOff({ user }: { user: User }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { name } = user;
  const off = useMutation({
    mutationFn: () => request<void>("DELETE", `/users/${user.id}/second-step`),
    onSuccess: () => told(t("users.second_step.done", { name })),
    onError: (error) => warned(error.message),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.users }),
  });
  const ask = () =>
    openConfirmModal({
      title: t("users.second_step.ask", { name }),
      children: <Text>{t("users.second_step.ask_text")}</Text>,
      labels: { confirm: t("users.second_step.off"), cancel: t("action.cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => off.mutate(),
    });
  return (
    <Section title={t("users.second_step.title")} text={t("users.second_step.text")}>
      <Button variant="default" loading={off.isPending} onClick={ask} style={{ alignSelf: "flex-start" }}>
        {t("users.second_step.off")}
      </Button>
    </Section>
  );
}
