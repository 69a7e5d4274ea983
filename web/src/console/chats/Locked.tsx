/** Owns what stands in place of the composer while this agent cannot write in the chat, and why. */
import { Button, Group } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Chat } from "../../api/wire";
import { useUser } from "../shell/user";
import classes from "./Composer.module.css";
import { PrioritySelect } from "./PrioritySelect";
import { useRinging } from "./RingCard";

export function Locked({ chat, own }: { chat: Chat; own: boolean }) {
  const { t } = useTranslation();
  const { accept, decline, pending } = useRinging(chat);
  const user = useUser();
  const waiting = chat.state === "queued" || chat.state === "ringing";
  const ringing = own && chat.state === "ringing";
  return (
    <div className={classes.locked}>
      <span>{reason(chat, own, t)}</span>
      {user.role !== "agent" && waiting && <PrioritySelect chat={chat} />}
      {chat.state === "queued" && (
        <Button size="xs" onClick={accept} loading={pending === "accept"}>
          {t("chats.ring.take")}
        </Button>
      )}
      {ringing && (
        <Group gap={8} wrap="nowrap">
          <Button size="xs" onClick={accept} loading={pending === "accept"}>
            {t("chats.ring.accept")}
          </Button>
          <Button size="xs" variant="default" onClick={decline} loading={pending === "decline"}>
            {t("chats.ring.decline")}
          </Button>
        </Group>
      )}
    </div>
  );
}

function reason(chat: Chat, own: boolean, t: TFunction): string {
  switch (chat.state) {
    case "form":
    case "queued":
      return t(`chats.composer.locked.${chat.state}`);
    case "ringing":
      return own ? t("chats.composer.locked.ringing") : t("chats.composer.locked.ringing_other");
    case "active":
      return t("chats.composer.locked.other", { name: chat.agent?.name ?? "" });
    case "ended":
      return chat.ended_by ? `${t(`chats.ended_by.${chat.ended_by}`)}.` : t("chats.composer.locked.ended");
  }
}
