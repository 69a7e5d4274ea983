/** Owns the business hours of a queue: weekly periods in its time zone, and exceptions for single dates. */
import { ActionIcon, Button, Group, Select, Tooltip } from "@mantine/core";
import { IconCopy, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Period, Queue, QueueBody } from "../../../api/rest";
import { type Editor, errorBelow } from "../../ui/editor";
import { Section } from "../../ui/form";
import { useTimeZones } from "../../ui/time-zones";
import { useNow } from "../../ui/useNow";
import { DayTrack } from "./DayTrack";
import { ExceptionsSection } from "./ExceptionsSection";
import { alwaysOpen, businessWeek, nextSpan, WEEKDAYS } from "./model";
import { OpenState } from "./OpenState";
import classes from "./Queues.module.css";
import { SpanFields } from "./SpanFields";
import weekClasses from "./Week.module.css";
import { momentIn } from "./week";

/** A Monday, to take the names of the weekdays from. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

interface HoursTabProps {
  editor: Editor<QueueBody>;
  /** As it is saved; none for a new queue. */
  stored: Queue | null;
}

export function HoursTab({ editor, stored }: HoursTabProps) {
  const { t } = useTranslation();
  const now = useNow();
  const { form } = editor;
  const { time_zone } = form.values.plan.hours;
  const zones = useTimeZones(time_zone);
  const set = (weekly: Period[]) => form.setFieldValue("plan.hours.weekly", weekly);
  const moment = momentIn(time_zone, now);
  return (
    <>
      <Section title={t("queues.hours.title")} text={t("queues.hours.text")} flush>
        <Group p="md" gap={8} align="end">
          <Select
            label={t("queues.hours.time_zone")}
            w={260}
            searchable
            allowDeselect={false}
            limit={60}
            data={zones}
            {...form.getInputProps("plan.hours.time_zone")}
          />
          <Button variant="default" onClick={() => set(alwaysOpen())}>
            {t("queues.hours.always")}
          </Button>
          <Button variant="default" onClick={() => set(businessWeek())}>
            {t("queues.hours.business")}
          </Button>
        </Group>
        {stored && (
          <div className={classes.openLine}>
            <OpenState queue={stored} />
            <span className={classes.kind}>
              {t("queues.hours.zone_note", { zone: stored.plan.hours.time_zone })}
            </span>
          </div>
        )}
        <div className={classes.scale} aria-hidden="true">
          <div className={weekClasses.scale}>
            {[0, 6, 12, 18, 24].map((hour) => (
              <span key={hour}>{`${String(hour).padStart(2, "0")}:00`}</span>
            ))}
          </div>
        </div>
        {WEEKDAYS.map((weekday) => (
          <Day
            key={weekday}
            editor={editor}
            weekday={weekday}
            now={moment?.weekday === weekday ? moment.minutes : null}
          />
        ))}
      </Section>
      <ExceptionsSection editor={editor} />
    </>
  );
}

interface DayProps {
  editor: Editor<QueueBody>;
  weekday: number;
  now: number | null;
}

function Day({ editor, weekday, now }: DayProps) {
  const { t, i18n } = useTranslation();
  const { form } = editor;
  const { weekly } = form.values.plan.hours;
  const day = new Intl.DateTimeFormat(i18n.language, { weekday: "long", timeZone: "UTC" }).format(
    MONDAY + (weekday - 1) * DAY_MS,
  );
  const own = weekly.flatMap((period, index) => (period.weekday === weekday ? [{ period, index }] : []));
  const add = () => {
    const [from, to] = nextSpan(own.at(-1)?.period.to);
    form.insertListItem("plan.hours.weekly", { weekday, from, to } satisfies Period);
  };
  const copy = () => {
    const copies = WEEKDAYS.flatMap((to) => own.map(({ period }) => ({ ...period, weekday: to })));
    form.setFieldValue("plan.hours.weekly", copies);
  };
  return (
    <fieldset className={classes.day} aria-label={day}>
      <span className={classes.dayName}>{day}</span>
      <div>
        <DayTrack
          weekly={weekly}
          weekday={weekday}
          now={now}
          onChange={(drawn) => form.setFieldValue("plan.hours.weekly", drawn)}
        />
        <div className={classes.periods}>
          {own.length === 0 && <span className={classes.off}>{t("queues.hours.closed")}</span>}
          {own.map(({ index }) => (
            <SpanFields
              key={index}
              editor={editor}
              paths={[`plan.hours.weekly.${index}.from`, `plan.hours.weekly.${index}.to`]}
              day={day}
              onRemove={() => form.removeListItem("plan.hours.weekly", index)}
            />
          ))}
          {own.some(({ index }) => errorBelow(form, `plan.hours.weekly.${index}`)) && (
            <span className={classes.error}>{t("queues.hours.time_invalid")}</span>
          )}
        </div>
      </div>
      <div className={classes.dayActions}>
        <Tooltip label={t("queues.hours.copy")}>
          <ActionIcon
            size={30}
            onClick={copy}
            disabled={own.length === 0}
            aria-label={t("queues.hours.copy_day", { day })}
          >
            <IconCopy size={16} />
          </ActionIcon>
        </Tooltip>
        <ActionIcon size={30} onClick={add} aria-label={t("queues.hours.add", { day })}>
          <IconPlus size={16} />
        </ActionIcon>
      </div>
    </fieldset>
  );
}
