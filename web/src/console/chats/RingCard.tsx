/** Owns a chat that rings at this agent: who it is, how long it rings, accept or decline. */
import { Button } from "@mantine/core";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { Chat } from "../../api/wire";
import { useLive, useLiveState } from "../live/LiveProvider";
import { LiveRefusal } from "../live/refusal";
import { useUser } from "../shell/user";
import { shortUrl } from "../ui/format";
import { warned } from "../ui/notify";
import { serverNow } from "../ui/server-time";
import { useSecondsLeft } from "../ui/time";
import classes from "./Chats.module.css";
import { ringDue } from "./part";
import { popScreen } from "./screenPop";

export function RingCard({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const { accept, decline, pending } = useRinging(chat);
  const connected = useLiveState((live) => live.connection.state === "open");
  const user = useUser();
  const ring_due_at = ringDue(chat, user.id);
  const due_at = ring_due_at ?? 0;
  const left_s = useSecondsLeft(due_at);
  const [first_s] = useState(() => Math.max(1, (due_at - serverNow()) / 1000));
  const why = whyItRings(chat, user.id, t);
  return (
    <section className={classes.ring} aria-label={t("chats.ring.announce", { name: chat.visitor_name })}>
      <div className={classes.ringHead}>
        <span className="clip">{chat.visitor_name}</span>
        {ring_due_at !== null && (
          <span className={`${classes.left} num`}>{t("chats.ring.left", { s: left_s })}</span>
        )}
      </div>
      <p className={`${classes.ringText} clip`}>{chat.page ? `${why} · ${shortUrl(chat.page.url)}` : why}</p>
      {ring_due_at !== null && (
        <div className={classes.ringBar} aria-hidden="true">
          <div style={{ width: `${Math.min(100, (left_s / first_s) * 100)}%` }} />
        </div>
      )}
      <div className={classes.ringActions}>
        <Button
          size="xs"
          onClick={accept}
          loading={pending === "accept"}
          disabled={!connected || pending === "decline"}
          aria-label={t("chats.ring.accept_name", { name: chat.visitor_name })}
        >
          {t("chats.ring.accept")}
        </Button>
        <Button
          size="xs"
          variant="default"
          onClick={decline}
          loading={pending === "decline"}
          disabled={!connected || pending === "accept"}
          aria-label={t("chats.ring.decline_name", { name: chat.visitor_name })}
        >
          {t("chats.ring.decline")}
        </Button>
      </div>
    </section>
  );
}

function whyItRings(chat: Chat, me: string, t: TFunction): string {
  const { call } = chat;
  if (call?.to.id === me) {
    const from = t(`chats.team.called_${call.purpose}`, { name: call.from.name });
    return call.note ? `${from} “${call.note}”` : from;
  }
  return chat.mode === "engage" ? t("chats.ring.engage") : (chat.offer?.name ?? chat.queue.name);
}

/** Accepting opens the chat; a chat that went on to someone else is told in words. */
export function useRinging(chat: Chat) {
  const { t } = useTranslation();
  const live = useLive();
  const [, go] = useLocation();
  const [pending, setPending] = useState<"accept" | "decline" | null>(null);
  const failed = (key: "failed" | "decline_failed") => (error: Error) => {
    const taken = error instanceof LiveRefusal && (error.code === "taken" || error.code === "not_yours");
    warned(taken ? error.message : t(`chats.ring.${key}`, { detail: error.message }));
  };
  return {
    pending,
    accept() {
      setPending("accept");
      const { pathname } = location;
      live
        .accept(chat.id)
        .then(() => {
          // Who has gone elsewhere meanwhile stays there.
          if (location.pathname === pathname) go(`/chats/${chat.id}`);
          popScreen(chat, t);
        }, failed("failed"))
        .finally(() => setPending(null));
    },
    decline() {
      setPending("decline");
      live
        .decline(chat.id)
        .catch(failed("decline_failed"))
        .finally(() => setPending(null));
    },
  };
}
