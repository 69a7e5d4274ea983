/** Owns opening and closing a queue by hand, for a time or until it is taken back, and its channel switch. */
import { Button, Group, Menu, Modal, TextInput } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
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
  const [asking, setAsking] = useState<boolean | null>(null);
  const change = useMutation({
    mutationFn: (switches: Switches) => request<Queue>("PATCH", `/queues/${queue.id}/switches`, switches),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: keys.queues(queue.site_id) });
      void queryClient.invalidateQueries({ queryKey: keys.wallboard });
    },
    onError: () => warned(t("queues.by_hand.failed")),
  });
  const set = (open: boolean, until: number | null) => change.mutate({ by_hand: { open, until } });
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button
            variant="default"
            size="xs"
            loading={change.isPending}
            aria-label={`${queue.name}: ${t("queues.by_hand.button")}`}
            rightSection={<IconChevronDown size={14} />}
          >
            {t("queues.by_hand.button")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah="60vh" style={{ overflowY: "auto" }}>
          {([false, true] as const).map((open) => (
            <div key={String(open)}>
              <Menu.Label>{t(open ? "queues.by_hand.open" : "queues.by_hand.close")}</Menu.Label>
              {HOURS.map((hours) => (
                <Menu.Item key={hours} onClick={() => set(open, serverNow() + hours * HOUR_MS)}>
                  {t("queues.by_hand.hours", { count: hours })}
                </Menu.Item>
              ))}
              <Menu.Item onClick={() => setAsking(open)}>{t("queues.by_hand.until")}</Menu.Item>
              <Menu.Item onClick={() => set(open, null)}>{t("queues.by_hand.always")}</Menu.Item>
            </div>
          ))}
          {queue.by_hand && (
            <>
              <Menu.Divider />
              <Menu.Item onClick={() => change.mutate({ by_hand: null })}>
                {t("queues.by_hand.back")}
              </Menu.Item>
            </>
          )}
          <Menu.Divider />
          <Menu.Label>{t("queues.by_hand.channel")}</Menu.Label>
          <Menu.Item onClick={() => change.mutate({ channel_on: !queue.channel_on })}>
            {t(queue.channel_on ? "queues.by_hand.channel_off" : "queues.by_hand.channel_on")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking !== null && (
        <UntilDialog
          name={queue.name}
          open={asking}
          onClose={() => setAsking(null)}
          onChoose={(until) => {
            setAsking(null);
            set(asking, until);
          }}
        />
      )}
    </>
  );
}

interface UntilDialogProps {
  name: string;
  open: boolean;
  onClose(): void;
  onChoose(until: number): void;
}

function UntilDialog({ name, open, onClose, onChoose }: UntilDialogProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => localTime(serverNow() + HOUR_MS));
  const [wrong, setWrong] = useState(false);
  const choose = () => {
    const until = new Date(text).getTime();
    if (until > serverNow()) onChoose(until);
    else setWrong(true);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(open ? "queues.by_hand.until_title_open" : "queues.by_hand.until_title_close", { name })}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          choose();
        }}
      >
        <TextInput
          type="datetime-local"
          label={t("queues.by_hand.until_label")}
          data-autofocus
          value={text}
          error={wrong ? t("queues.by_hand.until_past") : undefined}
          onChange={(event) => {
            setWrong(false);
            setText(event.currentTarget.value);
          }}
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit">{t(open ? "queues.by_hand.open" : "queues.by_hand.close")}</Button>
        </Group>
      </form>
    </Modal>
  );
}

/** As the field wants it: in the browser's own zone, to the minute. */
function localTime(at: number): string {
  const shifted = at - new Date(at).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 16);
}
