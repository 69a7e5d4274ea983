/** Owns the head of a conversation: who the visitor is, and what can be done with the chat. */
import { ActionIcon, Button, Text, Tooltip } from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { IconArrowForwardUp, IconArrowLeft, IconLayoutSidebarRight, IconUserPlus } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Chat } from "../../api/wire";
import { useShortcut } from "../keys/useShortcut";
import { useLive } from "../live/LiveProvider";
import { useUser } from "../shell/user";
import { Dot } from "../ui/Dot";
import { warned } from "../ui/notify";
import { Elapsed } from "../ui/time";
import { unavailable } from "../ui/unavailable";
import classes from "./Chats.module.css";
import { TITLE_ID } from "./focus";
import { type HandOn, HandOnDialog } from "./HandOnDialog";
import { partOf } from "./part";

export function ConversationHead({ chat, onDetails }: { chat: Chat; onDetails: (() => void) | null }) {
  const { t } = useTranslation();
  const user = useUser();
  const part = partOf(chat, user);
  const since = chat.answered_at ?? chat.queued_at ?? chat.requested_at;
  return (
    <header className={classes.head}>
      <ActionIcon
        component={Link}
        href="/chats"
        className={classes.back}
        size="lg"
        aria-label={t("chats.conversation.back")}
      >
        <IconArrowLeft size={20} />
      </ActionIcon>
      <div className={classes.who}>
        <h1 className="clip" id={TITLE_ID} tabIndex={-1}>
          {chat.visitor_name}
        </h1>
        <div className={classes.sub}>
          <Dot tone={chat.visitor_present ? "good" : "off"} />
          <span className="clip">
            {chat.visitor_present ? t("chats.conversation.present") : t("chats.conversation.absent")}
            {" · "}
            {chat.state === "active" ? chat.queue.name : t(`chats.state.${chat.state}`)}
            {" · "}
            <Elapsed since={since} until={chat.ended_at} />
          </span>
        </div>
      </div>
      {onDetails && (
        <Tooltip label={t("chats.conversation.details")}>
          <ActionIcon size="lg" onClick={onDetails} aria-label={t("chats.conversation.details")}>
            <IconLayoutSidebarRight size={20} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      )}
      {part.decides && <HandOnButtons chat={chat} />}
      {part.decides && <EndButton chat={chat} />}
    </header>
  );
}

function HandOnButtons({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const [purpose, setPurpose] = useState<HandOn>("transfer");
  const [opened, setOpened] = useState(false);
  const open = (wanted: HandOn) => {
    setPurpose(wanted);
    setOpened(true);
  };
  const waits = chat.call !== null;
  const rings = chat.call ? `. ${t("chats.hand_on.rings", { name: chat.call.to.name })}` : "";
  const label = (wanted: HandOn) => t(`chats.hand_on.${wanted}_label`) + rings;
  const icon = (wanted: HandOn, Icon: typeof IconUserPlus) => (
    <Tooltip label={label(wanted)}>
      <ActionIcon
        size="lg"
        {...unavailable(waits)}
        onClick={() => {
          if (!waits) open(wanted);
        }}
        aria-label={label(wanted)}
      >
        <Icon size={20} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
  return (
    <>
      {icon("invite", IconUserPlus)}
      {icon("transfer", IconArrowForwardUp)}
      <HandOnDialog chat={chat} purpose={purpose} opened={opened} onClose={() => setOpened(false)} />
    </>
  );
}

/** Ends an active chat, after a question. */
function EndButton({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const live = useLive();
  const [pending, setPending] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useShortcut("end", () => button.current?.click());
  const end = () => {
    setPending(true);
    live
      .closeChat(chat.id)
      .catch((error: Error) => warned(t("chats.conversation.close_failed", { detail: error.message })))
      .finally(() => setPending(false));
  };
  const ask = () =>
    openConfirmModal({
      title: t("chats.conversation.end_title"),
      children: <Text>{t("chats.conversation.end_text", { name: chat.visitor_name })}</Text>,
      labels: { confirm: t("chats.conversation.end"), cancel: t("action.cancel") },
      confirmProps: { color: "red", "data-autofocus": true },
      onConfirm: end,
    });
  return (
    <Button ref={button} size="xs" variant="default" loading={pending} onClick={ask}>
      {t("chats.conversation.end")}
    </Button>
  );
}
