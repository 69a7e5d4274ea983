/** Owns one field of a form: a line that says what it is, and its settings when opened. */
import { ActionIcon, Checkbox, Select, TagsInput, Textarea, TextInput, UnstyledButton } from "@mantine/core";
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
import { Grip } from "../../ui/Grip";
import { isRightToLeft } from "../languages";
import type { Drag } from "./Fields";
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
  /** Of the texts that are edited. */
  language: string;
  taken: string[];
  open: boolean;
  onOpen(): void;
  onUp: (() => void) | null;
  onDown: (() => void) | null;
  onRemove(): void;
  drag: Drag;
}

export function FieldEditor(props: FieldEditorProps) {
  const { editor, path, field, language, open, onOpen, onUp, onDown, onRemove, drag } = props;
  const { t } = useTranslation();
  const label =
    field.label[language] || field.label.en || Object.values(field.label)[0] || t("queues.form.untitled");
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <div className={classes.field} data-dragged={drag.isDragged} data-target={drag.isTarget} {...drag.target}>
      <div className={classes.fieldHead}>
        <Grip title={t("rules.drag")} onDrag={drag.begin} onEnd={drag.end} />
        <UnstyledButton
          className={classes.fieldName}
          data-move="name"
          onClick={onOpen}
          onKeyDown={(event) => {
            const move = event.key === "ArrowUp" ? onUp : event.key === "ArrowDown" ? onDown : undefined;
            if (!event.altKey || move === undefined) return;
            event.preventDefault();
            event.stopPropagation();
            move?.();
          }}
          aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
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
          data-move="up"
          aria-label={`${t("action.move_up")}: ${label}`}
        >
          <IconArrowUp size={16} />
        </ActionIcon>
        <ActionIcon
          onClick={onDown ?? undefined}
          disabled={!onDown}
          data-move="down"
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

function FieldSettings({ editor, path, field, language, taken }: FieldEditorProps) {
  const { t } = useTranslation();
  const { form } = editor;
  const { error } = form.getInputProps(`${path}.label.${language}`);
  const own = { lang: language, dir: isRightToLeft(language) ? "rtl" : "ltr" };
  const renamed = (value: string) => {
    const derived = keyFor(field.label.en ?? "", taken);
    form.setFieldValue(`${path}.label`, textWith(field.label, language, value));
    if (language !== "en") return;
    if (field.key === derived || field.key.startsWith("field"))
      form.setFieldValue(`${path}.key`, keyFor(value, taken));
  };
  return (
    <div className={classes.fieldBody}>
      <Two>
        <Textarea
          label={t(field.type === "consent" ? "queues.form.consent" : "queues.form.label")}
          withAsterisk={language === "en"}
          autosize
          maxLength={field.type === "consent" ? 1_000 : 200}
          {...own}
          error={error}
          value={field.label[language] ?? ""}
          placeholder={language === "en" ? undefined : field.label.en}
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
          onChange={(choices) => {
            form.setFieldValue(`${path}.choices`, choices);
            // A text belongs to a choice by its place.
            form.setFieldValue(`${path}.choice_labels`, {});
          }}
          error={errorBelow(form, `${path}.choices`)}
        />
      )}
      {field.type === "select" && language !== "en" && field.choices.length > 0 && (
        <ChoiceLabels editor={editor} path={path} field={field} language={language} />
      )}
      <TextInput
        label={t("queues.form.help")}
        maxLength={400}
        {...own}
        value={field.help[language] ?? ""}
        placeholder={language === "en" ? undefined : field.help.en}
        onChange={(event) =>
          form.setFieldValue(`${path}.help`, textWith(field.help, language, event.currentTarget.value))
        }
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

type ChoiceLabelsProps = Pick<FieldEditorProps, "editor" | "path" | "field" | "language">;

/** What visitors of this language read for each choice; the choices themselves are what is stored. */
function ChoiceLabels({ editor, path, field, language }: ChoiceLabelsProps) {
  const { t } = useTranslation();
  const labels = field.choice_labels?.[language] ?? field.choices;
  const change = (at: number, text: string) => {
    const changed = field.choices.map((choice, index) => (index === at ? text : (labels[index] ?? choice)));
    editor.form.setFieldValue(`${path}.choice_labels`, { ...field.choice_labels, [language]: changed });
  };
  return (
    <Two>
      {field.choices.map((choice, at) => (
        <TextInput
          key={choice}
          label={t("queues.form.choice_label", { choice })}
          maxLength={200}
          lang={language}
          value={labels[at] ?? choice}
          error={errorBelow(editor.form, `${path}.choice_labels.${language}.${at}`)}
          onChange={(event) => change(at, event.currentTarget.value)}
        />
      ))}
    </Two>
  );
}

function textWith(texts: Record<string, string>, language: string, text: string): Record<string, string> {
  const { [language]: _, ...others } = texts;
  return text === "" ? others : { ...others, [language]: text };
}
