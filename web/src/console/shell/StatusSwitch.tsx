/** Owns the agent's own status in the header: what it is, since when and why, and changing it. */
import { Button, Menu, Text } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AgentStatus, Standing } from "../../api/wire";
import { useOpenChats } from "../api/queries";
import { useWorkspace } from "../api/workspace";
import { useShortcut } from "../keys/useShortcut";
import { slotsTaken } from "../live/chats";
import { useLive, useLiveState } from "../live/LiveProvider";
import { Dot, type DotTone } from "../ui/Dot";
import { warned } from "../ui/notify";
import { Elapsed } from "../ui/time";
import { hasMissed } from "./Attention";
import classes from "./Shell.module.css";
import { useUser } from "./user";

export const TONE: Record<AgentStatus, DotTone> = { ready: "good", away: "wait", offline: "off" };

export function useSetStatus(): { set(status: "ready" | "away", reason?: string): void; pending: boolean } {
  const { t } = useTranslation();
  const live = useLive();
  const [pending, setPending] = useState(false);
  return {
    pending,
    set(status, reason) {
      setPending(true);
      live
        .setStatus(status, reason)
        .catch((error: Error) => warned(t("status.failed", { detail: error.message })))
        .finally(() => setPending(false));
    },
  };
}

/** Why an agent is away, in words; empty when there is nothing to add. */
export function awayText(
  standing: Pick<Standing, "status" | "reason" | "away_reason">,
  t: TFunction,
): string {
  if (standing.status !== "away") return "";
  if (standing.away_reason !== null) return standing.away_reason;
  return standing.reason === "self" ? "" : t(`status.reason.${standing.reason}`);
}

export function StatusSwitch() {
  const { t } = useTranslation();
  const standing = useLiveState((live) => live.standing);
  const connected = useLiveState((live) => live.connection.state === "open");
  const [opened, setOpened] = useState(false);
  useShortcut("status", () => setOpened(true), connected);
  const shown = connected ? (standing?.status ?? "offline") : "offline";
  const why = standing && connected ? awayText(standing, t) : "";
  const words = why ? `${t(`status.${shown}`)}, ${why}` : t(`status.${shown}`);
  return (
    <Menu position="bottom-end" width={240} opened={opened} onChange={setOpened}>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          disabled={!connected}
          leftSection={<Dot tone={TONE[shown]} />}
          rightSection={<IconChevronDown size={14} />}
          aria-label={t("status.label", { status: words })}
        >
          {connected && hasMissed(standing) && <span className={classes.missed}>{t("status.missed")}</span>}
          <span className="clip">{(connected && standing?.away_reason) || t(`status.${shown}`)}</span>
          {connected && standing && (
            <span className={classes.since}>
              <Elapsed since={standing.since} />
            </span>
          )}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Choices />
      </Menu.Dropdown>
    </Menu>
  );
}

/** Null until the chats are here; from then on it moves with them. */
function useSlotsUsed(): number | null {
  const user = useUser();
  const chats = useOpenChats();
  return chats.data ? slotsTaken(chats.data, user.id) : null;
}

function Choices() {
  const { t } = useTranslation();
  const slots = useLiveState((live) => live.slots);
  const standing = useLiveState((live) => live.standing);
  const workspace = useWorkspace();
  const used = useSlotsUsed();
  const { set } = useSetStatus();
  const chosen = (status: AgentStatus, reason: string | null) =>
    standing?.status === status && standing.away_reason === reason ? <IconCheck size={14} /> : null;
  return (
    <>
      {slots !== null && used !== null && <Menu.Label>{t("status.slots", { used, slots })}</Menu.Label>}
      {(["ready", "away"] as const).map((choice) => (
        <Menu.Item
          key={choice}
          leftSection={<Dot tone={TONE[choice]} />}
          rightSection={chosen(choice, null)}
          onClick={() => set(choice)}
        >
          {t(`status.${choice}`)}
          <Text size="xs" c="dimmed">
            {t(`status.${choice}_hint`)}
          </Text>
        </Menu.Item>
      ))}
      {(workspace.data?.away_reasons ?? []).map((reason) => (
        <Menu.Item
          key={reason}
          leftSection={<Dot tone="wait" />}
          rightSection={chosen("away", reason)}
          onClick={() => set("away", reason)}
        >
          {t("status.away_for", { reason })}
        </Menu.Item>
      ))}
    </>
  );
}
