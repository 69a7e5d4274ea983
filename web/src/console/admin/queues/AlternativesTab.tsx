/** Owns what a visitor gets when no chat can be had, for each of the three reasons. */
import { Select, TagsInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Reason, reasons, type Scene } from "../../../api/preview";
import type { Alternative, QueueBody } from "../../../api/rest";
import { type Editor, errorBelow } from "../../ui/editor";
import { Section } from "../../ui/form";
import adminClasses from "../Admin.module.css";
import { Fields } from "./Fields";
import { type FormLanguage, LanguageBar } from "./FormLanguages";
import { MessageField } from "./MessageField";
import { QueuePreview } from "./QueuePreview";

interface AlternativesTabProps {
  editor: Editor<QueueBody>;
  language: FormLanguage;
}

export function AlternativesTab({ editor, language }: AlternativesTabProps) {
  const { t } = useTranslation();
  const { form } = editor;
  const [shown, setShown] = useState<Reason | "enquiry">("out_of_hours");
  const { plan } = form.values;
  return (
    <div className={adminClasses.split}>
      <div>
        <LanguageBar editor={editor} language={language} />
        {reasons.map((reason) => (
          <ReasonSection
            key={reason}
            editor={editor}
            reason={reason}
            language={language.tag}
            onFocus={() => setShown(reason)}
          />
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
        <Section
          title={t("queues.enquiry.form")}
          text={t("queues.enquiry.form_text")}
          flush
          onFocus={() => setShown("enquiry")}
        >
          <Fields
            editor={editor}
            path="plan.enquiry.form"
            language={language.tag}
            empty={t("queues.enquiry.built_in")}
          />
        </Section>
      </div>
      <aside className={adminClasses.aside} aria-label={t("preview.title")}>
        <QueuePreview
          plan={plan}
          form={plan.form_reactive}
          scene={shown === "enquiry" ? "enquiry" : sceneOf(plan.alternatives[shown], shown)}
          language={language.tag}
        />
      </aside>
    </div>
  );
}

/** What visitors see of it; who is sent to an address leaves the page. */
function sceneOf(alternative: Alternative, reason: Reason): Scene {
  switch (alternative.do) {
    case "message":
      return reason;
    case "wait":
      return "queue";
    case "enquiry":
      return "enquiry";
    case "url":
      return "launcher";
  }
}

interface ReasonSectionProps {
  editor: Editor<QueueBody>;
  reason: Reason;
  language: string;
  onFocus(): void;
}

function ReasonSection({ editor, reason, language, onFocus }: ReasonSectionProps) {
  const { t } = useTranslation();
  const { form } = editor;
  const path = `plan.alternatives.${reason}` as const;
  const alternative = form.values.plan.alternatives[reason];
  return (
    <Section
      title={t(`queues.alternatives.${reason}`)}
      text={t(`queues.alternatives.when.${reason}`)}
      onFocus={onFocus}
    >
      <Select
        aria-label={t(`queues.alternatives.${reason}`)}
        description={t(`queues.alternatives.do_help.${alternative.do}`)}
        inputWrapperOrder={["label", "input", "description", "error"]}
        maw={400}
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
