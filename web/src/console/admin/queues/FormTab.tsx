/** Owns the two data collection forms of a queue. */
import { Button, Group, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FormField, QueueBody } from "../../../api/rest";
import type { Editor } from "../../ui/editor";
import { Section } from "../../ui/form";
import { FieldEditor } from "./FieldEditor";
import { type FormLanguage, LanguageBar } from "./FormLanguages";
import { emptyField, keyFor } from "./model";

const FIELDS_MAX = 30;
type FormPath = "plan.form_reactive" | "plan.form_invite" | "plan.enquiry.form";

interface FormTabProps {
  editor: Editor<QueueBody>;
  language: FormLanguage;
}

export function FormTab({ editor, language }: FormTabProps) {
  const { t } = useTranslation();
  return (
    <>
      <LanguageBar editor={editor} language={language} />
      <Section title={t("queues.form.invite")} text={t("queues.form.invite_text")} flush>
        <Fields
          editor={editor}
          path="plan.form_invite"
          language={language.tag}
          empty={t("queues.form.empty")}
        />
      </Section>
      <Section title={t("queues.form.reactive")} text={t("queues.form.reactive_text")} flush>
        <Fields
          editor={editor}
          path="plan.form_reactive"
          language={language.tag}
          empty={t("queues.form.empty")}
        />
      </Section>
    </>
  );
}

interface FieldsProps {
  editor: Editor<QueueBody>;
  path: FormPath;
  language: string;
  /** What it means that there is no field. */
  empty: string;
}

export function Fields({ editor, path, language, empty }: FieldsProps) {
  const { t } = useTranslation();
  const { form } = editor;
  const { form_reactive, form_invite, enquiry } = form.values.plan;
  const forms = {
    "plan.form_reactive": form_reactive,
    "plan.form_invite": form_invite,
    "plan.enquiry.form": enquiry.form,
  };
  const fields = forms[path];
  const other = path === "plan.form_reactive" ? form_invite : form_reactive;
  const [open, setOpen] = useState<number | null>(null);
  const set = (next: FormField[]) => form.setFieldValue(path, next);
  const add = () => {
    set([
      ...fields,
      emptyField(
        keyFor(
          "field",
          fields.map((field) => field.key),
        ),
      ),
    ]);
    setOpen(fields.length);
  };
  const move = (from: number, to: number) => {
    form.reorderListItem(path, { from, to });
    setOpen(null);
  };
  const remove = (index: number) => {
    form.removeListItem(path, index);
    setOpen(null);
  };
  return (
    <>
      {fields.length === 0 && (
        <Text c="dimmed" p="md">
          {empty}
        </Text>
      )}
      {fields.map((field, index) => (
        <FieldEditor
          // biome-ignore lint/suspicious/noArrayIndexKey: a key of a field may be empty or doubled while it is typed
          key={index}
          editor={editor}
          path={`${path}.${index}`}
          field={field}
          language={language}
          taken={fields.filter((_, at) => at !== index).map((one) => one.key)}
          open={open === index}
          onOpen={() => setOpen(open === index ? null : index)}
          onUp={index > 0 ? () => move(index, index - 1) : null}
          onDown={index < fields.length - 1 ? () => move(index, index + 1) : null}
          onRemove={() => remove(index)}
        />
      ))}
      <Group gap={8} p="md" pt={8}>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} />}
          onClick={add}
          disabled={fields.length >= FIELDS_MAX}
        >
          {t("queues.form.add")}
        </Button>
        {fields.length === 0 && other.length > 0 && (
          <Button variant="default" size="xs" onClick={() => set(structuredClone(other))}>
            {t("queues.form.copy_other")}
          </Button>
        )}
      </Group>
    </>
  );
}
