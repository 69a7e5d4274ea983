/** Owns one conversation: the messages, and the place to write. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "../../api/wire";
import { useLive, useLiveState, useMessages } from "../live/LiveProvider";
import { hasGap } from "../live/messages";
import { useUser } from "../shell/user";
import { Loaded } from "../ui/states";
import classes from "./Chats.module.css";
import { Composer } from "./Composer";
import { ConversationHead } from "./ConversationHead";
import { KeptDraft } from "./KeptDraft";
import { Locked } from "./Locked";
import { MessageLog } from "./MessageLog";
import { partOf } from "./part";
import { TeamBar } from "./TeamBar";
import { TypingLine } from "./TypingLine";
import { WrapUp } from "./WrapUp";

export function Conversation({ chat, onDetails }: { chat: Chat; onDetails: (() => void) | null }) {
  const { t } = useTranslation();
  const user = useUser();
  const messages = useMessages(chat.id);
  const part = partOf(chat, user);
  useFollow(chat, messages.data?.at(-1)?.seq ?? 0, hasGap(messages.data ?? [], chat.last_seq));
  return (
    <section
      className={classes.conversation}
      aria-label={t("chats.conversation.label", { name: chat.visitor_name })}
    >
      <ConversationHead chat={chat} onDetails={onDetails} />
      <TeamBar chat={chat} />
      <Loaded query={messages}>{(data) => <MessageLog chat={chat} messages={data} />}</Loaded>
      <TypingLine chat={chat} />
      {!part.notes && <KeptDraft chat={chat.id} />}
      {part.owner && chat.state === "ended" && !chat.wrapped_up ? (
        <WrapUp chat={chat} />
      ) : (
        !part.writes && <Locked chat={chat} own={part.owner} />
      )}
      {(part.writes || part.notes) && (
        <Composer key={String(part.writes)} chat={chat} notesOnly={!part.writes} />
      )}
    </section>
  );
}

/** Follows the chat while it is open on screen, fills gaps, and marks as read what is seen. */
function useFollow(chat: Chat, last_seq: number, gap: boolean): void {
  const live = useLive();
  const user = useUser();
  const connected = useLiveState((state) => state.connection.state === "open");
  const focused = useFocus();
  const { owner, guest } = partOf(chat, user);
  const active = chat.state === "active";

  useEffect(() => {
    if (connected && chat.state !== "ended") live.follow(chat.id);
  }, [live, connected, chat.id, chat.state]);
  useEffect(() => {
    if (!connected || !gap) return;
    const timer = setTimeout(() => live.follow(chat.id), 1_000);
    return () => clearTimeout(timer);
  }, [live, connected, gap, chat.id]);
  const joined = (owner && active) || guest;
  const keep = useRef(joined);
  keep.current = joined;
  useEffect(
    () => () => {
      if (!keep.current) live.unfollow(chat.id);
    },
    [live, chat.id],
  );
  useEffect(() => {
    if (active && focused && connected) live.read(chat, last_seq);
  }, [live, active, focused, connected, chat, last_seq]);
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
