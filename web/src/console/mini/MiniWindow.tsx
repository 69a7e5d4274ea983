/** Owns what the mini window shows: the agent's chats with what is unread, one of them with its last messages, a place to write. */
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "../../api/wire";
import { RingCard } from "../chats/RingCard";
import { useUnread } from "../live/LiveProvider";
import { useChatGroups } from "../shell/Attention";
import { useUser } from "../shell/user";
import classes from "./Mini.module.css";
import { MiniChat } from "./MiniChat";

interface MiniWindowProps {
  view: Window;
  chat: string | null;
  onChat(chat: string): void;
}

export function MiniWindow({ view, chat, onChat }: MiniWindowProps) {
  const { t } = useTranslation();
  const { ringing, mine } = useChatGroups();
  const shown = mine.find(({ id }) => id === chat) ?? mine[0];
  useEffect(() => {
    if (shown && shown.id !== chat) onChat(shown.id);
  }, [shown, chat, onChat]);
  return (
    <main className={classes.window} aria-label={t("mini.title")}>
      {ringing.map((one) => (
        <RingCard key={one.id} chat={one} />
      ))}
      {mine.length > 0 && (
        <nav className={classes.chats} aria-label={t("chats.list.mine")}>
          {mine.map((one) => (
            <Tab key={one.id} chat={one} current={one.id === shown?.id} onOpen={() => onChat(one.id)} />
          ))}
        </nav>
      )}
      {shown ? (
        <MiniChat key={shown.id} chat={shown} view={view} />
      ) : (
        <p className={classes.empty}>{t("chats.list.empty_title")}</p>
      )}
    </main>
  );
}

function Tab({ chat, current, onOpen }: { chat: Chat; current: boolean; onOpen(): void }) {
  const { t } = useTranslation();
  const unread = useUnread([chat], useUser());
  return (
    <button
      type="button"
      className={classes.tab}
      aria-current={current ? "true" : undefined}
      onClick={onOpen}
    >
      <span className="clip">{chat.visitor_name}</span>
      {unread > 0 && (
        <span className={classes.unread} role="img" aria-label={t("chats.list.unread", { count: unread })}>
          {unread}
        </span>
      )}
    </button>
  );
}
