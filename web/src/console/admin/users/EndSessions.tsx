/** Owns ending all sessions of a user. */
import { Button, Text } from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { User } from "../../../api/rest";
import { request } from "../../api/http";
import { useUser } from "../../shell/user";
import { told, warned } from "../../ui/notify";

export function EndSessions({ user }: { user: User }) {
  const { t } = useTranslation();
  const me = useUser();
  const { name } = user;
  const end = useMutation({
    mutationFn: () => request<void>("DELETE", `/users/${user.id}/sessions`),
    onSuccess: () => told(t("users.sessions_ended", { name })),
    onError: (error) => warned(error.message),
  });
  const ask = () =>
    openConfirmModal({
      title: t("users.end_sessions_title", { name }),
      children: (
        <Text>
          {user.id === me.id ? t("users.end_sessions_own") : t("users.end_sessions_text", { name })}
        </Text>
      ),
      labels: { confirm: t("users.end_sessions"), cancel: t("action.cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => end.mutate(),
    });
  return (
    <Button variant="default" loading={end.isPending} onClick={ask}>
      {t("users.end_sessions")}
    </Button>
  );
}
