/** Owns the two times of an open period, and taking the period away. */
import { ActionIcon, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { QueueBody } from "../../../api/rest";
import type { Editor } from "../../ui/editor";
import classes from "./Queues.module.css";

interface SpanFieldsProps {
  editor: Editor<QueueBody>;
  /** Where the begin and the end stand in the form. */
  paths: readonly [string, string];
  /** The day or the date, in words. */
  day: string;
  onRemove(): void;
}

export function SpanFields({ editor, paths, day, onRemove }: SpanFieldsProps) {
  const { t } = useTranslation();
  const { form } = editor;
  const time = (path: string, label: string) => {
    const input = form.getInputProps(path);
    return (
      <TextInput
        size="xs"
        w={68}
        maxLength={5}
        aria-label={`${day}, ${label}`}
        {...input}
        error={Boolean(input.error)}
      />
    );
  };
  const written = (path: string) => String(form.getInputProps(path).value);
  return (
    <div className={classes.period}>
      {time(paths[0], t("queues.hours.from"))}
      <span aria-hidden="true">–</span>
      {time(paths[1], t("queues.hours.to"))}
      <ActionIcon
        size="sm"
        onClick={onRemove}
        aria-label={t("queues.hours.remove", { from: written(paths[0]), to: written(paths[1]), day })}
      >
        <IconX size={14} />
      </ActionIcon>
    </div>
  );
}
