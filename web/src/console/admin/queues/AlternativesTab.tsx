/** Owns what a visitor gets when no chat can be had, for each of the three reasons. */
import { Select, TagsInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Alternative, QueueBody } from "../../../api/rest";
import { type Editor, errorBelow } from "../../ui/editor";
import { Section } from "../../ui/form";
import { type FormLanguage, LanguageBar } from "./FormLanguages";
import { Fields } from "./FormTab";
import { MessageField } from "./MessageField";

const REASONS = ["out_of_hours", "channel_off", "no_agent"] as const;
type Reason = (typeof REASONS)[number];

interface AlternativesTabProps {
  editor: Editor<QueueBody>;
  language: FormLanguage;
}

export function AlternativesTab({ editor, language }: AlternativesTabProps) {
  const { t } = useTranslation();
  const { form } = editor;
  return (
    <>
      <LanguageBar editor={editor} language={language} />
      {REASONS.map((reason) => (
        <ReasonSection key={reason} editor={editor} reason={reason} language={language.tag} />
      ))}
      <Section title={t("queues.enquiry.title")} text={t("queues.enquiry.text")}>
        <TagsInput
          label={t("queues.enquiry.emails")}
          description={t("queues.enquiry.emails_help")}
          maxTags={10}
          {...form.getInputProps("plan.enquiry.emails")}
          error={errorBelow(form, "plan.enquiry.emails")}
        />
      </Section>
      <Section title={t("queues.enquiry.form")} text={t("queues.enquiry.form_text")} flush>
        <Fields
          editor={editor}
          path="plan.enquiry.form"
          language={language.tag}
          empty={t("queues.enquiry.built_in")}
        />
      </Section>
    </>
  );
}

interface ReasonSectionProps {
  editor: Editor<QueueBody>;
  reason: Reason;
  language: string;
}

function ReasonSection({ editor, reason, language }: ReasonSectionProps) {
  const { t } = useTranslation();
  const { form } = editor;
  const path = `plan.alternatives.${reason}` as const;
  const alternative = form.values.plan.alternatives[reason];
  return (
    <Section title={t(`queues.alternatives.${reason}`)}>
      <Select
        aria-label={t(`queues.alternatives.${reason}`)}
        maw={320}
        allowDeselect={false}
        data={(["message", "wait", "url", "enquiry"] as const).map((value) => ({
          value,
          label: t(`queues.alternatives.do.${value}`),
        }))}
        value={alternative.do}
        onChange={(value) => form.setFieldValue(path, start(value as Alternative["do"]))}
      />
      {alternative.do === "url" && (
        <TextInput
          label={t("queues.alternatives.url")}
          withAsterisk
          placeholder="https://www.example.com/contact"
          {...form.getInputProps(`${path}.url`)}
        />
      )}
      {alternative.do === "message" && <MessageField editor={editor} path={path} language={language} />}
    </Section>
  );
}

function start(what: Alternative["do"]): Alternative {
  switch (what) {
    case "url":
      return { do: "url", url: "https://" };
    case "message":
      return { do: "message", text: "", texts: {} };
    case "wait":
    case "enquiry":
      return { do: what };
  }
}
