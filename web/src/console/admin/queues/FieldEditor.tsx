/** Owns one field of a form: a line that says what it is, and its settings when opened. */
import { ActionIcon, Checkbox, Select, TagsInput, TextInput, UnstyledButton } from "@mantine/core";
import {
  IconArrowDown,
  IconArrowUp,
  IconChevronDown,
  IconChevronRight,
  IconTrash,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { FieldKind, FormField, QueueBody } from "../../../api/rest";
import { Dot } from "../../ui/Dot";
import { type Editor, errorBelow } from "../../ui/editor";
import { Two } from "../../ui/form";
import { keyFor } from "./model";
import classes from "./Queues.module.css";

const KINDS: readonly FieldKind[] = [
  "text",
  "email",
  "phone",
  "number",
  "select",
  "checkbox",
  "long_text",
  "consent",
];

interface FieldEditorProps {
  editor: Editor<QueueBody>;
  path: string;
  field: FormField;
  taken: string[];
  open: boolean;
  onOpen(): void;
  onUp: (() => void) | null;
  onDown: (() => void) | null;
  onRemove(): void;
}

export function FieldEditor(props: FieldEditorProps) {
  const { editor, path, field, open, onOpen, onUp, onDown, onRemove } = props;
  const { t } = useTranslation();
  const label = field.label.en || Object.values(field.label)[0] || t("queues.form.untitled");
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <div className={classes.field}>
      <div className={classes.fieldHead}>
        <UnstyledButton
          className={classes.fieldName}
          onClick={onOpen}
          aria-expanded={open}
          aria-label={t("queues.form.expand", { label })}
        >
          <Chevron size={16} />
          <span className="clip">
            {label}
            {field.required && <span className={classes.asterisk}> *</span>}
          </span>
          <span className={classes.kind}>{t(`queues.form.types.${field.type}`)}</span>
          {errorBelow(editor.form, path) && <Dot tone="alarm" />}
        </UnstyledButton>
        <ActionIcon
          onClick={onUp ?? undefined}
          disabled={!onUp}
          aria-label={`${t("action.move_up")}: ${label}`}
        >
          <IconArrowUp size={16} />
        </ActionIcon>
        <ActionIcon
          onClick={onDown ?? undefined}
          disabled={!onDown}
          aria-label={`${t("action.move_down")}: ${label}`}
        >
          <IconArrowDown size={16} />
        </ActionIcon>
        <ActionIcon onClick={onRemove} aria-label={`${t("action.remove")}: ${label}`}>
          <IconTrash size={16} />
        </ActionIcon>
      </div>
      {open && <FieldSettings {...props} />}
    </div>
  );
}

function FieldSettings({ editor, path, field, taken }: FieldEditorProps) {
  const { t } = useTranslation();
  const { form } = editor;
  const label = form.getInputProps(`${path}.label.en`);
  const renamed = (value: string) => {
    const derived = keyFor(field.label.en ?? "", taken);
    label.onChange(value);
    if (field.key === derived || field.key.startsWith("field"))
      form.setFieldValue(`${path}.key`, keyFor(value, taken));
  };
  return (
    <div className={classes.fieldBody}>
      <Two>
        <TextInput
          label={t("queues.form.label")}
          withAsterisk
          {...label}
          value={field.label.en ?? ""}
          onChange={(event) => renamed(event.currentTarget.value)}
        />
        <Select
          label={t("queues.form.type")}
          allowDeselect={false}
          data={KINDS.map((value) => ({ value, label: t(`queues.form.types.${value}`) }))}
          {...form.getInputProps(`${path}.type`)}
        />
      </Two>
      {field.type === "select" && (
        <TagsInput
          label={t("queues.form.choices")}
          description={t("queues.form.choices_help")}
          {...form.getInputProps(`${path}.choices`)}
          error={errorBelow(form, `${path}.choices`)}
        />
      )}
      <TextInput
        label={t("queues.form.help")}
        {...form.getInputProps(`${path}.help.en`)}
        value={field.help.en ?? ""}
        onChange={(event) => form.setFieldValue(`${path}.help`, helpWith(field, event.currentTarget.value))}
      />
      <Two>
        <TextInput
          label={t("queues.form.key")}
          description={t("queues.form.key_help")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          {...form.getInputProps(`${path}.key`)}
        />
        {(field.type === "text" || field.type === "email") && (
          <Select
            label={t("queues.form.prefill")}
            placeholder={t("queues.form.prefill_none")}
            clearable
            data={(["first_name", "primary_email"] as const).map((value) => ({
              value,
              label: t(`queues.form.prefills.${value}`),
            }))}
            {...form.getInputProps(`${path}.prefill`)}
          />
        )}
      </Two>
      <Checkbox
        label={t("queues.form.required")}
        {...form.getInputProps(`${path}.required`, { type: "checkbox" })}
      />
    </div>
  );
}

function helpWith(field: FormField, text: string): Record<string, string> {
  const { en: _, ...others } = field.help;
  return text === "" ? others : { ...others, en: text };
}
