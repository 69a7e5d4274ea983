/** Owns the watch over what needs the agent now: rings while a chat rings, counts for the tab and the navigation. */
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Standing } from "../../api/wire";
import { useOpenChats } from "../api/queries";
import { showWaiting } from "../live/attention";
import { type ChatGroups, groupChats } from "../live/chats";
import { useLive, useLiveState, useUnread } from "../live/LiveProvider";
import { play, startRinging, stopRinging } from "../live/sounds";
import { useFront } from "./useFront";
import { useUser } from "./user";

export function useChatGroups(): ChatGroups {
  const user = useUser();
  const chats = useOpenChats();
  return useMemo(() => groupChats(chats.data ?? [], user.id), [chats.data, user.id]);
}

/** Ringing chats and unread messages of this agent, and the ring that was missed, until the agent is ready again. */
export function useAttention(): { ringing: number; unread: number; missed: number; total: number } {
  const groups = useChatGroups();
  const unread = useUnread(groups.mine, useUser());
  const missed = useLiveState(({ standing }) => hasMissed(standing)) ? 1 : 0;
  const ringing = groups.ringing.length;
  return { ringing, unread, missed, total: ringing + unread + missed };
}

/** An agent who did not answer a ring is set away for it. */
export function hasMissed(standing: Standing | null): boolean {
  return standing?.status === "away" && standing.reason === "no_answer";
}

export function Attention() {
  const { t } = useTranslation();
  const front = useFront();
  const live = useLive();
  const connected = useLiveState((state) => state.connection.state === "open");
  const { ringing, mine, waiting } = useChatGroups();
  const { total } = useAttention();
  const announced = useRef(new Set<string>());
  const owned = useRef<Set<string> | null>(null);
  const queued = useRef<number | null>(null);
  const { isSuccess } = useOpenChats();

  useEffect(() => showWaiting(total), [total]);
  useEffect(() => () => showWaiting(0), []);

  useEffect(() => {
    if (ringing.length > 0) startRinging();
    else stopRinging();
    for (const chat of ringing) {
      const key = `${chat.id}-${chat.call?.due_at ?? chat.ring_due_at}`;
      if (announced.current.has(key)) continue;
      announced.current.add(key);
      front({ chat, option: "top_on_new_chat", title: t("chats.ring.title"), body: chat.visitor_name });
    }
  }, [ringing, front, t]);
  useEffect(() => {
    if (!isSuccess) return;
    // A chat that became this agent's without a ring here: handed over, taken over, accepted elsewhere.
    for (const chat of owned.current ? mine : []) {
      if (owned.current?.has(chat.id)) continue;
      front({ chat, option: "top_on_new_chat", title: t("chats.new_title"), body: chat.visitor_name });
    }
    owned.current = new Set(mine.map(({ id }) => id));
  }, [isSuccess, mine, front, t]);
  useEffect(() => {
    if (!isSuccess) return;
    if (queued.current !== null && waiting.length > queued.current) play("waiting");
    queued.current = waiting.length;
  }, [isSuccess, waiting.length]);
  useEffect(() => stopRinging, []);
  useEffect(() => {
    if (connected) live.watch(mine.map((chat) => chat.id));
  }, [live, connected, mine]);

  const first = ringing[0];
  return (
    <div className="sr" role="status">
      {first ? t("chats.ring.announce", { name: first.visitor_name }) : ""}
    </div>
  );
}
