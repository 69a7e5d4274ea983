/** Owns the question before something is deleted, and the deletion itself. */
import { Text } from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { request } from "../api/http";
import { told, warned } from "./notify";

interface DeleteOptions {
  path: string;
  name: string;
  done(): void;
  /** It is in the versions of its site, from where it can be brought back. */
  restorable?: boolean | undefined;
}

/** Asks, deletes, says so. The server's reason is shown when it refuses. */
export function useDelete({ path, name, done, restorable }: DeleteOptions): {
  ask(): void;
  pending: boolean;
} {
  const { t } = useTranslation();
  const remove = useMutation({
    mutationFn: () => request<void>("DELETE", path),
    onSuccess: () => {
      told(t("admin.deleted", { name }));
      done();
    },
    onError: (error) => warned(t("admin.not_deleted", { name, why: error.message })),
  });
  return {
    pending: remove.isPending,
    ask: () =>
      openConfirmModal({
        title: t("admin.delete_title", { name }),
        children: <Text>{t(restorable ? "admin.delete_text_restorable" : "admin.delete_text")}</Text>,
        labels: { confirm: t("action.delete"), cancel: t("action.cancel") },
        confirmProps: { color: "red" },
        onConfirm: () => remove.mutate(),
      }),
  };
}
