/** Owns the agent's own status in the header: what it is, and changing it. */
import { Button, Menu, Text } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AgentStatus } from "../../api/wire";
import { useLive, useLiveState } from "../live/LiveProvider";
import { Dot, type DotTone } from "../ui/Dot";
import { warned } from "../ui/notify";
import { useChatGroups } from "./Attention";

export const TONE: Record<AgentStatus, DotTone> = { ready: "good", away: "wait", offline: "off" };

export function useSetStatus(): { set(status: AgentStatus): void; pending: boolean } {
  const { t } = useTranslation();
  const live = useLive();
  const [pending, setPending] = useState(false);
  return {
    pending,
    set(status) {
      setPending(true);
      live
        .setStatus(status)
        .catch((error: Error) => warned(t("status.failed", { detail: error.message })))
        .finally(() => setPending(false));
    },
  };
}

export function StatusSwitch() {
  const { t } = useTranslation();
  const status = useLiveState((live) => live.status) ?? "offline";
  const slots = useLiveState((live) => live.slots);
  const connected = useLiveState((live) => live.connection.state === "open");
  const { mine } = useChatGroups();
  const { set } = useSetStatus();
  const shown = connected ? status : "offline";
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          disabled={!connected}
          leftSection={<Dot tone={TONE[shown]} />}
          rightSection={<IconChevronDown size={14} />}
          aria-label={t("status.label", { status: t(`status.${shown}`) })}
        >
          {t(`status.${shown}`)}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {slots !== null && <Menu.Label>{t("status.slots", { used: mine.length, slots })}</Menu.Label>}
        {(["ready", "away"] as const).map((choice) => (
          <Menu.Item
            key={choice}
            leftSection={<Dot tone={TONE[choice]} />}
            rightSection={status === choice ? <IconCheck size={14} /> : null}
            onClick={() => set(choice)}
          >
            {t(`status.${choice}`)}
            <Text size="xs" c="dimmed">
              {t(`status.${choice}_hint`)}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
