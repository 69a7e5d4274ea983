/** Owns raising or lowering a chat that waits; for supervisors. */
import { Select } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Chat } from "../../api/wire";
import { request } from "../api/http";
import { warned } from "../ui/notify";

const PRIORITIES = Array.from({ length: 10 }, (_, at) => String(9 - at));

export function PrioritySelect({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const change = useMutation({
    mutationFn: (priority: number) => request("PUT", `/chats/${chat.id}/priority`, { priority }),
    onError: () => warned(t("chats.priority.failed")),
  });
  return (
    <Select
      size="xs"
      w={130}
      aria-label={t("chats.priority.label")}
      allowDeselect={false}
      readOnly={change.isPending}
      data={PRIORITIES.map((value) => ({ value, label: t("chats.priority.value", { priority: value }) }))}
      value={String(change.isPending ? change.variables : chat.priority)}
      onChange={(value) => value !== null && change.mutate(Number(value))}
    />
  );
}
