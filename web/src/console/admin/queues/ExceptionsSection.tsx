/** Owns the dated exceptions from the weekly hours: holidays and special hours. */
import { ActionIcon, Button, Checkbox, Group, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { HoursException, QueueBody } from "../../../api/rest";
import { type Editor, errorBelow } from "../../ui/editor";
import { Section } from "../../ui/form";
import { HolidayMenu } from "./HolidayMenu";
import { nextSpan } from "./model";
import classes from "./Queues.module.css";
import { SpanFields } from "./SpanFields";

/** Open periods of one date. */
const SPANS_MAX = 24;

export function ExceptionsSection({ editor }: { editor: Editor<QueueBody> }) {
  const { t } = useTranslation();
  const { form } = editor;
  const { exceptions } = form.values.plan.hours;
  const add = () =>
    form.insertListItem("plan.hours.exceptions", { date: "", name: "", spans: [] } satisfies HoursException);
  return (
    <Section title={t("queues.hours.exceptions")} text={t("queues.hours.exceptions_text")} flush>
      {exceptions.length === 0 && (
        <Text c="dimmed" px="md" pt="md">
          {t("queues.hours.no_exceptions")}
        </Text>
      )}
      {exceptions.map((exception, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a date may be empty or doubled while it is typed
        <ExceptionRow key={index} editor={editor} index={index} exception={exception} />
      ))}
      <div style={{ padding: 16 }}>
        <Group gap={8}>
          <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={add}>
            {t("queues.hours.add_exception")}
          </Button>
          <HolidayMenu editor={editor} />
        </Group>
      </div>
    </Section>
  );
}

interface ExceptionRowProps {
  editor: Editor<QueueBody>;
  index: number;
  exception: HoursException;
}

function ExceptionRow({ editor, index, exception }: ExceptionRowProps) {
  const { t } = useTranslation();
  const { form } = editor;
  const path = `plan.hours.exceptions.${index}`;
  const closed = exception.spans.length === 0;
  const day = exception.date || t("queues.hours.this_date");
  return (
    <div className={classes.exception}>
      <TextInput
        size="xs"
        type="date"
        aria-label={t("queues.hours.date")}
        {...form.getInputProps(`${path}.date`)}
      />
      <TextInput
        size="xs"
        aria-label={t("queues.hours.reason")}
        placeholder={t("queues.hours.reason")}
        maxLength={100}
        {...form.getInputProps(`${path}.name`)}
      />
      <div className={classes.spans}>
        <Checkbox
          label={t("queues.hours.all_day")}
          checked={closed}
          onChange={() => form.setFieldValue(`${path}.spans`, closed ? [nextSpan(undefined)] : [])}
        />
        {exception.spans.map((_, span) => (
          <SpanFields
            // biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity of their own
            key={span}
            editor={editor}
            paths={[`${path}.spans.${span}.0`, `${path}.spans.${span}.1`]}
            day={day}
            onRemove={() => form.removeListItem(`${path}.spans`, span)}
          />
        ))}
        {!closed && exception.spans.length < SPANS_MAX && (
          <ActionIcon
            size={30}
            onClick={() => form.insertListItem(`${path}.spans`, nextSpan(exception.spans.at(-1)?.[1]))}
            aria-label={t("queues.hours.add", { day })}
          >
            <IconPlus size={16} />
          </ActionIcon>
        )}
        {exception.spans.some((_, span) => errorBelow(form, `${path}.spans.${span}`)) && (
          <span className={classes.error}>{t("queues.hours.time_invalid")}</span>
        )}
      </div>
      <ActionIcon
        size={30}
        onClick={() => form.removeListItem("plan.hours.exceptions", index)}
        aria-label={`${t("action.remove")}: ${exception.date} ${exception.name}`}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </div>
  );
}
