/** Owns the answer to "am I ready": everything that could keep chats from reaching this agent, each with what to do. */
import { Button, Modal } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ServedQueue } from "../../api/rest";
import { useMe } from "../api/workspace";
import { canNotify } from "../live/attention";
import { useLiveState } from "../live/LiveProvider";
import { soundAllowed, soundSettings, tryOut } from "../live/sounds";
import { clockSkew } from "../ui/server-time";
import { unavailable } from "../ui/unavailable";
import { NotificationSwitch } from "./NotificationSwitch";
import classes from "./Shell.module.css";
import { awayText, useSetStatus } from "./StatusSwitch";

/** Slower answers than this are noticed by visitors. */
const SLOW_MS = 800;

type State = "good" | "note" | "bad";

export function ReadyCheck({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t("ready.title")} size="lg">
      <ul className={classes.checks}>
        <ConnectionCheck />
        <ClockCheck />
        <StatusCheck />
        <QueueChecks />
        <SoundCheck />
        <NotificationCheck />
      </ul>
    </Modal>
  );
}

/** A button in it that goes once it has done its work leaves the focus to it. */
function Check({ state, name, children }: { state: State; name: string; children: ReactNode }) {
  const { t } = useTranslation();
  const row = useRef<HTMLLIElement>(null);
  const within = useRef(false);
  useLayoutEffect(() => {
    if (within.current && document.activeElement === document.body) row.current?.focus();
  });
  const Icon = { good: IconCircleCheck, note: IconInfoCircle, bad: IconAlertTriangle }[state];
  return (
    <li
      ref={row}
      tabIndex={-1}
      className={classes.check}
      data-state={state}
      onFocus={() => {
        within.current = true;
      }}
      onBlur={({ target }) => {
        // A window that loses the focus, as to the browser's own question, keeps it for when it comes back.
        within.current = document.activeElement === target;
      }}
    >
      <Icon size={18} aria-label={t(`ready.state.${state}`)} role="img" />
      <strong>{name}</strong>
      <div>{children}</div>
    </li>
  );
}

/** How long the server takes to answer, the way there and back included; null while it does not. */
function useRoundTrip() {
  return useQuery({
    queryKey: ["round_trip"],
    queryFn: async ({ signal }) => {
      const start = performance.now();
      const answer = await fetch("/healthz", { cache: "no-store", signal });
      return answer.ok ? Math.round(performance.now() - start) : null;
    },
    refetchInterval: 5_000,
    staleTime: 0,
    retry: false,
  });
}

function ConnectionCheck() {
  const { t } = useTranslation();
  const open = useLiveState((live) => live.connection.state === "open");
  const trip = useRoundTrip();
  const ms = trip.isError ? null : (trip.data ?? null);
  const state = !open ? "bad" : ms !== null && ms > SLOW_MS ? "note" : "good";
  return (
    <Check state={state} name={t("ready.connection")}>
      {open ? t("ready.connected") : t("ready.not_connected")}
      {ms !== null && ` ${t("ready.round_trip", { ms })}`}
    </Check>
  );
}

function ClockCheck() {
  const { t } = useTranslation();
  const s = Math.round(clockSkew() / 1000);
  return (
    <Check state={s === 0 ? "good" : "note"} name={t("ready.clock")}>
      {s === 0
        ? t("ready.clock_right")
        : t(s > 0 ? "ready.clock_behind" : "ready.clock_ahead", { s: Math.abs(s) })}
    </Check>
  );
}

function StatusCheck() {
  const { t } = useTranslation();
  const standing = useLiveState((live) => live.standing);
  const { set, pending } = useSetStatus();
  const ready = standing?.status === "ready";
  const why = standing ? awayText(standing, t) : "";
  return (
    <Check state={ready ? "good" : "bad"} name={t("ready.status")}>
      {ready ? t("ready.is_ready") : why ? t("ready.away_because", { why }) : t("ready.is_away")}
      {!ready && (
        <Button
          size="compact-xs"
          ml={8}
          {...unavailable(pending)}
          onClick={() => {
            if (!pending) set("ready");
          }}
        >
          {t("status.be_ready")}
        </Button>
      )}
    </Check>
  );
}

function QueueChecks() {
  const { t } = useTranslation();
  const me = useMe();
  const known = me.isError ? undefined : me.data;
  // Nothing while it is asked for the first time.
  if (!known && me.errorUpdateCount === 0) return null;
  const queues = known?.queues ?? [];
  return (
    <>
      <Check state={known ? stateOf(queues) : "note"} name={t("ready.queues")}>
        {!known ? (
          <Unchecked me={me} />
        ) : queues.length === 0 ? (
          t("ready.no_queues")
        ) : (
          queues.map((queue) => queueText(queue, t)).join("; ")
        )}
      </Check>
      {queues.length > 0 && <OfferCheck queues={queues} />}
      {known && (
        <Check state={known.slots_used >= known.slots ? "bad" : "good"} name={t("ready.slots")}>
          {t("ready.slots_used", { used: known.slots_used, slots: known.slots })}
        </Check>
      )}
    </>
  );
}

function Unchecked({ me }: { me: ReturnType<typeof useMe> }) {
  const { t } = useTranslation();
  return (
    <>
      {t("ready.unchecked")}
      <Button
        size="compact-xs"
        variant="default"
        ml={8}
        {...unavailable(me.isFetching)}
        onClick={() => {
          if (!me.isFetching) void me.refetch();
        }}
      >
        {t("action.retry")}
      </Button>
    </>
  );
}

function openOf(queues: ServedQueue[]): number {
  return queues.filter(({ channel_on, open_now }) => channel_on && open_now).length;
}

/** Through a closed queue comes nobody. */
function stateOf(queues: ServedQueue[]): State {
  const open = openOf(queues);
  if (open === 0) return "bad";
  return open < queues.length ? "note" : "good";
}

function queueText(queue: ServedQueue, t: TFunction): string {
  const name = `${queue.name} (${queue.site.name})`;
  if (!queue.channel_on) return t("ready.channel_off", { name });
  return queue.open_now ? name : t("ready.closed", { name });
}

/** They are stopped for a site as a whole. Nobody comes by one while none of the agent's queues is open. */
function OfferCheck({ queues }: { queues: ServedQueue[] }) {
  const { t } = useTranslation();
  const stopped = new Map(
    queues.filter(({ offers_stopped }) => offers_stopped).map(({ site }) => [site.id, site.name]),
  );
  return (
    <Check state={stopped.size > 0 || openOf(queues) === 0 ? "note" : "good"} name={t("ready.offers")}>
      {stopped.size > 0
        ? t("ready.offers_stopped", { sites: [...stopped.values()].join(", ") })
        : t("ready.offers_running")}
    </Check>
  );
}

function SoundCheck() {
  const { t } = useTranslation();
  const settings = soundSettings();
  const muted = !settings.ring || settings.volume === 0;
  const allowed = soundAllowed();
  return (
    <Check state={allowed && !muted ? "good" : "note"} name={t("ready.sound")}>
      {!allowed ? t("ready.sound_blocked") : muted ? t("ready.sound_off") : t("ready.sound_on")}
      <Button size="compact-xs" variant="default" ml={8} onClick={() => tryOut("ring")}>
        {t("sounds.try")}
      </Button>
    </Check>
  );
}

function NotificationCheck() {
  const { t } = useTranslation();
  const [permission, setPermission] = useState(canNotify);
  return (
    <Check state={permission === "granted" ? "good" : "note"} name={t("ready.notifications")}>
      {t(`ready.notification.${permission}`)}
      {permission === "default" && <NotificationSwitch onChange={() => setPermission(canNotify())} />}
    </Check>
  );
}
