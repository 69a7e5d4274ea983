/** Owns one conversation: its head with what can be done, the messages, and the place to write. */
import { ActionIcon, Button, Text, Tooltip } from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { IconArrowLeft, IconLayoutSidebarRight } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import type { Chat } from "../../api/wire";
import { useShortcut } from "../keys/useShortcut";
import { applyOwnRead } from "../live/cache";
import { useLive, useLiveState, useMessages } from "../live/LiveProvider";
import { hasGap } from "../live/messages";
import { useUser } from "../shell/user";
import { Dot } from "../ui/Dot";
import { warned } from "../ui/notify";
import { Loaded } from "../ui/states";
import { Elapsed } from "../ui/time";
import classes from "./Chats.module.css";
import { Composer } from "./Composer";
import { KeptDraft } from "./KeptDraft";
import { Locked } from "./Locked";
import { MessageLog } from "./MessageLog";
import { TypingLine } from "./TypingLine";

export function Conversation({ chat, onDetails }: { chat: Chat; onDetails: (() => void) | null }) {
  const { t } = useTranslation();
  const user = useUser();
  const messages = useMessages(chat.id);
  const own = chat.agent?.id === user.id;
  useFollow(chat, messages.data?.at(-1)?.seq ?? 0, hasGap(messages.data ?? [], chat.last_seq));
  return (
    <section
      className={classes.conversation}
      aria-label={t("chats.conversation.label", { name: chat.visitor_name })}
    >
      <Head chat={chat} own={own} onDetails={onDetails} />
      <Loaded query={messages}>{(data) => <MessageLog chat={chat} messages={data} />}</Loaded>
      <TypingLine chat={chat} />
      {own && chat.state === "active" ? (
        <Composer chat={chat} />
      ) : (
        <>
          <KeptDraft chat={chat.id} />
          <Locked chat={chat} own={own} />
        </>
      )}
    </section>
  );
}

/** Follows the chat while it is open on screen, fills gaps, and marks as read what is seen. */
function useFollow(chat: Chat, last_seq: number, gap: boolean): void {
  const live = useLive();
  const user = useUser();
  const queryClient = useQueryClient();
  const connected = useLiveState((state) => state.connection.state === "open");
  const focused = useFocus();
  const own = chat.agent?.id === user.id && chat.state === "active";

  useEffect(() => {
    if (connected && chat.state !== "ended") live.follow(chat.id);
  }, [live, connected, chat.id, chat.state]);
  useEffect(() => {
    if (!connected || !gap) return;
    const timer = setTimeout(() => live.follow(chat.id), 1_000);
    return () => clearTimeout(timer);
  }, [live, connected, gap, chat.id]);
  const keep = useRef(own);
  keep.current = own;
  useEffect(
    () => () => {
      if (!keep.current) live.unfollow(chat.id);
    },
    [live, chat.id],
  );
  useEffect(() => {
    if (!own || !focused || !connected || last_seq <= chat.agent_read_seq) return;
    live.read(chat.id, last_seq);
    applyOwnRead(queryClient, chat.id, last_seq);
  }, [live, queryClient, own, focused, connected, chat.id, chat.agent_read_seq, last_seq]);
}

function useFocus(): boolean {
  const [focused, setFocused] = useState(() => document.hasFocus());
  useEffect(() => {
    const look = () => setFocused(document.hasFocus());
    const events = ["focus", "blur"] as const;
    for (const event of events) window.addEventListener(event, look);
    return () => {
      for (const event of events) window.removeEventListener(event, look);
    };
  }, []);
  return focused;
}

function Head({ chat, own, onDetails }: { chat: Chat; own: boolean; onDetails: (() => void) | null }) {
  const { t } = useTranslation();
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
        <h1 className="clip" id="chat-title" tabIndex={-1}>
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
      {own && <CloseButton chat={chat} />}
    </header>
  );
}

/** Ends an active chat after a question; takes an ended one off the list at once. */
function CloseButton({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const live = useLive();
  const [, go] = useLocation();
  const [pending, setPending] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useShortcut("end", () => button.current?.click());
  const ended_here = useRef(false);
  useEffect(() => {
    if (chat.state === "ended" && ended_here.current) button.current?.focus();
  }, [chat.state]);
  const leave = () => {
    go("/chats");
    document.getElementById("main")?.focus();
  };
  const close = (wrap_up: boolean) => {
    setPending(true);
    ended_here.current = true;
    live
      .closeChat(chat.id)
      .then(() => wrap_up && leave())
      .catch((error: Error) => warned(t("chats.conversation.close_failed", { detail: error.message })))
      .finally(() => setPending(false));
  };
  if (chat.state === "active") {
    const ask = () =>
      openConfirmModal({
        title: t("chats.conversation.end_title"),
        children: <Text>{t("chats.conversation.end_text", { name: chat.visitor_name })}</Text>,
        labels: { confirm: t("chats.conversation.end"), cancel: t("action.cancel") },
        confirmProps: { color: "red", "data-autofocus": true },
        onConfirm: () => close(false),
      });
    return (
      <Button ref={button} size="xs" variant="default" loading={pending} onClick={ask}>
        {t("chats.conversation.end")}
      </Button>
    );
  }
  if (chat.state !== "ended" || chat.wrapped_up) return null;
  return (
    <Tooltip label={t("chats.conversation.close_hint")}>
      <Button ref={button} size="xs" loading={pending} onClick={() => close(true)}>
        {t("chats.conversation.close")}
      </Button>
    </Tooltip>
  );
}
