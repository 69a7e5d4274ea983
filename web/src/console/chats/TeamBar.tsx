/** Owns the lines between head and messages: who else is in the chat, whom it rings at, and a supervisor's ways in. */
import { Button } from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "../../api/wire";
import { useLive } from "../live/LiveProvider";
import { useUser } from "../shell/user";
import { warned } from "../ui/notify";
import { useSecondsLeft } from "../ui/time";
import { partOf } from "./part";
import { useRinging } from "./RingCard";
import { popScreen } from "./screenPop";
import classes from "./Team.module.css";

export function TeamBar({ chat }: { chat: Chat }) {
  const user = useUser();
  const part = partOf(chat, user);
  return (
    <>
      {part.call && <Called chat={chat} />}
      {chat.call && !part.call && part.notes && <Calling chat={chat} />}
      {chat.state === "active" && (chat.guests.length > 0 || part.guest) && <Guests chat={chat} />}
      {part.supervisor && !part.owner && chat.state === "active" && <Supervising chat={chat} />}
      {chat.idle_close_at !== null && chat.state === "active" && <Idle due_at={chat.idle_close_at} />}
    </>
  );
}

/** Runs one thing at a time and says when it did not work. */
function useRun() {
  const { t } = useTranslation();
  const [pending, setPending] = useState("");
  const run = (name: string, action: () => Promise<void>) => {
    setPending(name);
    action()
      .catch((error: Error) => warned(t("chats.conversation.close_failed", { detail: error.message })))
      .finally(() => setPending(""));
  };
  return { pending, run };
}

/** The chat is offered to this person. */
function Called({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const { accept, decline, pending } = useRinging(chat);
  const { call } = chat;
  const left_s = useSecondsLeft(call?.due_at ?? 0);
  if (!call) return null;
  return (
    <div className={classes.bar} data-tone="alarm" role="status">
      <span className={classes.barText}>
        {t(`chats.team.called_${call.purpose}`, { name: call.from.name })}
        {call.note && ` “${call.note}”`}
        <span className="num"> · {t("chats.ring.left", { s: left_s })}</span>
      </span>
      <span className={classes.barActions}>
        <Button size="xs" onClick={accept} loading={pending === "accept"}>
          {t(`chats.team.take_${call.purpose}`)}
        </Button>
        <Button size="xs" variant="default" onClick={decline} loading={pending === "decline"}>
          {t("chats.ring.decline")}
        </Button>
      </span>
    </div>
  );
}

/** The chat rings at somebody else. */
function Calling({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const live = useLive();
  const user = useUser();
  const { pending, run } = useRun();
  const { call } = chat;
  const left_s = useSecondsLeft(call?.due_at ?? 0);
  if (!call) return null;
  return (
    <div className={classes.bar} role="status">
      <span className={classes.barText}>
        {t(`chats.team.calling_${call.purpose}`, { name: call.to.name })}
        <span className="num"> · {t("chats.ring.left", { s: left_s })}</span>
      </span>
      {partOf(chat, user).decides && (
        <Button
          size="xs"
          variant="default"
          loading={pending === "recall"}
          onClick={() => run("recall", () => live.recall(chat.id))}
        >
          {t("chats.team.recall")}
        </Button>
      )}
    </div>
  );
}

function Guests({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const live = useLive();
  const user = useUser();
  const { pending, run } = useRun();
  const part = partOf(chat, user);
  const others = chat.guests.filter((guest) => guest.id !== user.id).map((guest) => guest.name);
  const names = part.guest && chat.agent ? [chat.agent.name, ...others] : others;
  return (
    <div className={classes.bar}>
      <span className={classes.barText}>{t("chats.team.with", { names: names.join(", ") })}</span>
      {part.guest && (
        <Button
          size="xs"
          variant="default"
          loading={pending === "leave"}
          onClick={() => run("leave", () => live.leave(chat.id))}
        >
          {t("chats.team.leave")}
        </Button>
      )}
    </div>
  );
}

function Supervising({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const live = useLive();
  const user = useUser();
  const { pending, run } = useRun();
  const { guest, watcher } = partOf(chat, user);
  const owner = chat.agent?.name ?? "";
  const takeOver = () =>
    openConfirmModal({
      title: t("chats.team.take_over_title", { name: owner }),
      children: t("chats.team.take_over_text", { name: owner }),
      labels: { confirm: t("chats.team.take_over"), cancel: t("action.cancel") },
      onConfirm: () => run("take_over", () => live.takeOver(chat.id).then(() => popScreen(chat, t))),
    });
  const button = (name: string, label: string, action: () => Promise<void>) => (
    <Button size="xs" variant="default" loading={pending === name} onClick={() => run(name, action)}>
      {label}
    </Button>
  );
  return (
    <div className={classes.bar}>
      <span className={classes.barText}>
        {guest
          ? t("chats.team.joined")
          : watcher
            ? t("chats.team.watching", { name: owner })
            : t("chats.team.not_watching", { name: owner })}
      </span>
      <span className={classes.barActions}>
        {!guest && !watcher && button("watch", t("chats.team.watch"), () => live.watchChat(chat.id))}
        {watcher && button("leave", t("chats.team.stop_watching"), () => live.leave(chat.id))}
        {!guest && button("join", t("chats.team.join"), () => live.join(chat.id))}
        <Button size="xs" variant="default" loading={pending === "take_over"} onClick={takeOver}>
          {t("chats.team.take_over")}
        </Button>
      </span>
    </div>
  );
}

function Idle({ due_at }: { due_at: number }) {
  const { t } = useTranslation();
  const left_s = useSecondsLeft(due_at);
  return (
    <div className={classes.bar} data-tone="wait" role="status">
      <span className={`${classes.barText} num`}>{t("chats.team.idle", { s: left_s })}</span>
    </div>
  );
}
