/** Owns the rows of the list of chats: only those on screen are drawn, so that hundreds stay smooth. */
import { useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Chat } from "../../api/wire";
import { useHasDraft } from "../drafts/DraftsProvider";
import { useLiveState, useUnread } from "../live/LiveProvider";
import { prefetchChat } from "../live/prefetch";
import { useUser } from "../shell/user";
import { Dot, type DotTone } from "../ui/Dot";
import { serverNow } from "../ui/server-time";
import { Elapsed } from "../ui/time";
import { useNow } from "../ui/useNow";
import classes from "./Chats.module.css";
import { type GroupName, type Item, waitsSince } from "./items";
import { previewOf } from "./text";

const ROW_HEIGHT = 54;
const GROUP_HEIGHT = 36;

interface ChatRowsProps {
  items: Item[];
  open: string | null;
  amber_s: number;
  red_s: number;
}

export function ChatRows({ items, open, amber_s, red_s }: ChatRowsProps) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => frame.current,
    estimateSize: (index) => (items[index]?.kind === "group" ? GROUP_HEIGHT : ROW_HEIGHT),
    getItemKey: (index) => items[index]?.key ?? index,
    overscan: 8,
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    const at = Number((event.target as HTMLElement).dataset.index ?? Number.NaN);
    const step = event.key === "ArrowDown" ? 1 : -1;
    let to = at + step;
    while (items[to]?.kind === "group") to += step;
    if (Number.isNaN(at) || !items[to]) return;
    event.preventDefault();
    rows.scrollToIndex(to);
    requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`a[data-index="${to}"]`)?.focus());
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys go from link to link inside
    <div className={classes.scroll} ref={frame} onKeyDown={onKeyDown}>
      <ul className={classes.rows} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start, size }) => {
          const item = items[index];
          if (!item) return null;
          const place = { transform: `translateY(${start}px)`, height: size };
          return (
            <li key={key} style={place}>
              {item.kind === "group" ? (
                <h2 className={classes.group}>
                  {t(`chats.list.${item.group}`)}
                  <span className="num">{item.count}</span>
                </h2>
              ) : (
                <Row
                  index={index}
                  group={item.group}
                  chat={item.chat}
                  place={item.place}
                  current={open === item.chat.id}
                  amber_s={amber_s}
                  red_s={red_s}
                />
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface RowProps {
  index: number;
  group: GroupName;
  chat: Chat;
  place: number;
  current: boolean;
  amber_s: number;
  red_s: number;
}

const Row = memo(function Row({ index, group, chat, place, current, amber_s, red_s }: RowProps) {
  const { t } = useTranslation();
  const user = useUser();
  const queryClient = useQueryClient();
  const typing = useLiveState((live) => live.typing[chat.id] ?? 0) > serverNow();
  const draft = useHasDraft(chat.id) && !current;
  const unread = useUnread([chat], user);
  const prefetch = () => prefetchChat(queryClient, chat, user);
  const waits_since = waitsSince(group, chat, user.role !== "agent");
  const unanswered = group === "others" && waits_since !== null;
  const preview = unanswered
    ? t("chats.list.unanswered", { name: chat.agent?.name ?? "" })
    : previewOf(chat, user.id, group === "waiting" ? place : undefined, t);
  return (
    <Link
      href={`/chats/${chat.id}`}
      className={classes.row}
      aria-current={current ? "page" : undefined}
      data-index={index}
      data-unread={unread > 0}
      onPointerEnter={prefetch}
      onFocus={prefetch}
    >
      <Dot tone={unanswered ? "wait" : toneOf(group, chat)} />
      <span className={`${classes.name} clip`}>{chat.visitor_name}</span>
      {waits_since === null ? (
        <Since group={group} chat={chat} />
      ) : (
        <Waiting since={waits_since} amber_s={amber_s} red_s={red_s} />
      )}
      <span className={`${classes.preview} clip`}>
        {draft && <span className={classes.draftMark}>{t("chats.draft.mark")} </span>}
        {typing ? t("chats.conversation.typing", { name: chat.visitor_name }) : preview}
      </span>
      {unread > 0 && (
        <span className={classes.unread} role="img" aria-label={t("chats.list.unread", { count: unread })}>
          {unread}
        </span>
      )}
    </Link>
  );
});

function toneOf(group: GroupName, chat: Chat): DotTone {
  switch (group) {
    case "mine":
      return chat.visitor_present ? "good" : "off";
    case "waiting":
      return "wait";
    case "wrap_up":
    case "form":
    case "others":
      return "off";
  }
}

/** How long the chat has been what it is. */
function Since({ group, chat }: Pick<RowProps, "group" | "chat">) {
  const since = {
    mine: chat.answered_at,
    others: chat.answered_at,
    waiting: chat.requested_at,
    wrap_up: chat.ended_at,
    form: chat.requested_at,
  }[group];
  return <span className={classes.time}>{since !== null && <Elapsed since={since} />}</span>;
}

function Waiting({ since, amber_s, red_s }: { since: number; amber_s: number; red_s: number }) {
  const waited_s = (useNow() - since) / 1000;
  const tone = waited_s >= red_s ? "alarm" : waited_s >= amber_s ? "wait" : undefined;
  return (
    <span className={classes.time} data-tone={tone}>
      <Elapsed since={since} />
    </span>
  );
}
