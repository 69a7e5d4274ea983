/** Owns whether a queue can be reached now, and when that changes next. */
import { useTranslation } from "react-i18next";
import type { Queue } from "../../../api/rest";
import { Dot } from "../../ui/Dot";
import classes from "../Admin.module.css";

export function OpenState({ queue }: { queue: Queue }) {
  const { t, i18n } = useTranslation();
  const { channel_on, open_now, next_change_at, plan, by_hand } = queue;
  if (!channel_on) {
    return (
      <span className={classes.status}>
        <Dot tone="off" />
        {t("queues.channel_off_now")}
      </span>
    );
  }
  const time =
    next_change_at === null ? null : changeTime(next_change_at, plan.hours.time_zone, i18n.language);
  return (
    <span className={classes.status}>
      <Dot tone={open_now ? "good" : "wait"} />
      {open_now ? t("queues.open") : t("queues.closed")}
      {by_hand && <span className={classes.second}>{t("queues.by_hand.set")}</span>}
      {time && (
        <span className={classes.second}>{t(open_now ? "queues.until" : "queues.opens", { time })}</span>
      )}
    </span>
  );
}

/** Weekday and time in the zone of the queue. */
function changeTime(at: number, time_zone: string, language: string): string {
  const format = (zone: string | undefined) =>
    new Intl.DateTimeFormat(language, {
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZone: zone,
    }).format(at);
  try {
    return format(time_zone);
  } catch {
    return format(undefined);
  }
}
