/** Owns the list of chats at the left of the workspace: what needs the agent stands on top. */

import { IconMessageOff } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Chat, Message } from "../../api/wire";
import { keys, useOpenChats } from "../api/queries";
import { groupChats } from "../live/chats";
import { useLiveState } from "../live/LiveProvider";
import { unreadCount } from "../live/messages";
import { useUser } from "../shell/user";
import { Dot, type DotTone } from "../ui/Dot";
import { serverNow } from "../ui/server-time";
import { Empty, Loaded, LoadingRows } from "../ui/states";
import { Elapsed } from "../ui/time";
import classes from "./Chats.module.css";
import { RingCard } from "./RingCard";
import { previewOf } from "./text";

export function ChatList({ open }: { open: string | null }) {
  const { t } = useTranslation();
  const chats = useOpenChats();
  return (
    <nav className={classes.list} aria-label={t("chats.list.label")}>
      <Loaded query={chats} loading={<LoadingRows rows={5} height={40} />}>
        {(data) => <Groups chats={data} open={open} />}
      </Loaded>
    </nav>
  );
}

function Groups({ chats, open }: { chats: Chat[]; open: string | null }) {
  const { t } = useTranslation();
  const user = useUser();
  const status = useLiveState((live) => live.status);
  const groups = groupChats(chats, user.id);
  if (chats.length === 0) {
    const text = status === "ready" ? t("chats.list.empty_text") : t("chats.list.empty_away");
    return <Empty icon={IconMessageOff} title={t("chats.list.empty_title")} text={text} />;
  }
  return (
    <>
      <Group title={t("chats.list.ringing")} chats={groups.ringing}>
        {(chat) => <RingCard chat={chat} />}
      </Group>
      <Group title={t("chats.list.mine")} chats={groups.mine}>
        {(chat) => (
          <Row
            chat={chat}
            open={open}
            since={chat.answered_at}
            tone={chat.visitor_present ? "good" : "off"}
          />
        )}
      </Group>
      <Group title={t("chats.list.waiting")} chats={groups.waiting}>
        {(chat, index) => (
          <Row chat={chat} open={open} since={chat.queued_at} tone="wait" place={index + 1} />
        )}
      </Group>
      <Group title={t("chats.list.wrap_up")} chats={groups.wrap_up}>
        {(chat) => <Row chat={chat} open={open} since={chat.ended_at} tone="off" />}
      </Group>
      <Group title={t("chats.list.form")} chats={groups.form}>
        {(chat) => <Row chat={chat} open={open} since={chat.requested_at} tone="off" />}
      </Group>
      <Group title={t("chats.list.others")} chats={groups.others}>
        {(chat) => <Row chat={chat} open={open} since={chat.answered_at} tone="off" />}
      </Group>
    </>
  );
}

interface GroupProps {
  title: string;
  chats: Chat[];
  children: (chat: Chat, index: number) => ReactNode;
}

function Group({ title, chats, children }: GroupProps) {
  if (chats.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className={classes.group}>
        {title}
        <span className="num">{chats.length}</span>
      </h2>
      <ul className={classes.rows}>
        {chats.map((chat, index) => (
          <li key={chat.id}>{children(chat, index)}</li>
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  chat: Chat;
  open: string | null;
  since: number | null;
  tone: DotTone;
  place?: number;
}

function Row({ chat, open, since, tone, place }: RowProps) {
  const { t } = useTranslation();
  const user = useUser();
  const queryClient = useQueryClient();
  const typing = useLiveState((live) => live.typing[chat.id] ?? 0) > serverNow();
  const own = chat.agent?.id === user.id;
  const unread = own ? unreadCount(chat, queryClient.getQueryData<Message[]>(keys.messages(chat.id))) : 0;
  return (
    <Link
      href={`/chats/${chat.id}`}
      className={classes.row}
      aria-current={open === chat.id ? "page" : undefined}
      data-unread={unread > 0}
    >
      <Dot tone={tone} />
      <span className={`${classes.name} clip`}>{chat.visitor_name}</span>
      <span className={classes.time} data-tone={chat.state === "queued" ? "wait" : undefined}>
        {since !== null && <Elapsed since={since} />}
      </span>
      <span className={`${classes.preview} clip`}>
        {typing
          ? t("chats.conversation.typing", { name: chat.visitor_name })
          : previewOf(chat, user.id, place, t)}
      </span>
      {unread > 0 && (
        <span className={classes.unread} role="img" aria-label={t("chats.list.unread", { count: unread })}>
          {unread}
        </span>
      )}
    </Link>
  );
}
