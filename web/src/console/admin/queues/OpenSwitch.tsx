/** Owns opening and closing a queue by hand, for a time or until it is taken back. */
import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Queue, Switches } from "../../../api/rest";
import { request } from "../../api/http";
import { keys } from "../../api/queries";
import { warned } from "../../ui/notify";
import { serverNow } from "../../ui/server-time";

const HOUR_MS = 3_600_000;
const HOURS = [1, 4, 12] as const;

export function OpenSwitch({ queue }: { queue: Queue }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const change = useMutation({
    mutationFn: (switches: Switches) => request<Queue>("PATCH", `/queues/${queue.id}/switches`, switches),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.queues(queue.site_id) }),
    onError: () => warned(t("queues.by_hand.failed")),
  });
  const set = (open: boolean, hours: number | null) =>
    change.mutate({ by_hand: { open, until: hours === null ? null : serverNow() + hours * HOUR_MS } });
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          loading={change.isPending}
          rightSection={<IconChevronDown size={14} />}
        >
          {t("queues.by_hand.button")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {([false, true] as const).map((open) => (
          <div key={String(open)}>
            <Menu.Label>{t(open ? "queues.by_hand.open" : "queues.by_hand.close")}</Menu.Label>
            {HOURS.map((hours) => (
              <Menu.Item key={hours} onClick={() => set(open, hours)}>
                {t("queues.by_hand.hours", { count: hours })}
              </Menu.Item>
            ))}
            <Menu.Item onClick={() => set(open, null)}>{t("queues.by_hand.always")}</Menu.Item>
          </div>
        ))}
        {queue.by_hand && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => change.mutate({ by_hand: null })}>{t("queues.by_hand.back")}</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
