/** Owns the looks of the launcher and the chat window, their texts in each language, and the preview beside them. */
import { ColorInput, Input, SegmentedControl, Select, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { QueueBody } from "../../../api/rest";
import type { Editor } from "../../ui/editor";
import { Section, Two } from "../../ui/form";
import adminClasses from "../Admin.module.css";
import { isRightToLeft } from "../languages";
import { contrastNote } from "../preview/contrast";
import { PictureField } from "../preview/PictureField";
import { LanguagePills } from "./FormLanguages";
import { QueuePreview } from "./QueuePreview";

const BELOW: ("label" | "input" | "description" | "error")[] = ["label", "input", "description", "error"];
const SWATCHES = ["#0f766e", "#1d4ed8", "#6d28d9", "#be123c", "#c2410c", "#15803d", "#1f2937"];
/** The texts that hold for every language without its own. */
const ALL = "*";

export function StylingTab({ editor, site }: { editor: Editor<QueueBody>; site: string }) {
  const { t } = useTranslation();
  const [language, setLanguage] = useState(ALL);
  const { plan } = editor.form.values;
  return (
    <div className={adminClasses.split}>
      <div>
        <LookSection editor={editor} site={site} />
        <TextSection editor={editor} language={language} onLanguage={setLanguage} />
      </div>
      <aside className={adminClasses.aside} aria-label={t("preview.title")}>
        <QueuePreview
          plan={plan}
          form={plan.form_reactive}
          scene="conversation"
          language={language in plan.styling.texts ? language : "en"}
        />
      </aside>
    </div>
  );
}

function LookSection({ editor, site }: { editor: Editor<QueueBody>; site: string }) {
  const { t } = useTranslation();
  const { form } = editor;
  const { styling } = form.values.plan;
  return (
    <Section title={t("queues.styling.title")}>
      <ColorInput
        label={t("queues.styling.color")}
        description={contrastNote(styling.color, t)}
        inputWrapperOrder={BELOW}
        format="hex"
        swatches={SWATCHES}
        swatchesPerRow={7}
        eyeDropperButtonProps={{ "aria-label": t("queues.styling.color") }}
        {...form.getInputProps("plan.styling.color")}
      />
      <PictureField
        site={site}
        use="logo"
        label={t("queues.styling.logo")}
        {...form.getInputProps("plan.styling.logo_url")}
      />
      <Two>
        <Input.Wrapper label={t("queues.styling.position")} labelElement="div">
          <SegmentedControl
            fullWidth
            mih={36}
            mb={5}
            aria-label={t("queues.styling.position")}
            data={[
              { value: "start", label: t("offers.positions.start") },
              { value: "end", label: t("offers.positions.end") },
            ]}
            {...form.getInputProps("plan.styling.position")}
          />
        </Input.Wrapper>
        <Select
          label={t("queues.styling.launcher")}
          description={t(`queues.styling.launcher_help.${styling.launcher}`)}
          inputWrapperOrder={BELOW}
          allowDeselect={false}
          data={(["round", "labelled", "hidden"] as const).map((value) => ({
            value,
            label: t(`queues.styling.launchers.${value}`),
          }))}
          {...form.getInputProps("plan.styling.launcher")}
        />
      </Two>
    </Section>
  );
}

interface TextSectionProps {
  editor: Editor<QueueBody>;
  language: string;
  onLanguage(tag: string): void;
}

function TextSection({ editor, language, onLanguage }: TextSectionProps) {
  const { t } = useTranslation();
  const { form } = editor;
  const { styling } = form.values.plan;
  const shown = language in styling.texts ? language : ALL;
  const choose = (tag: string) => {
    if (tag !== ALL && !(tag in styling.texts)) {
      const empty = { title: "", greeting: "", launcher_label: "" };
      form.setFieldValue("plan.styling.texts", { ...styling.texts, [tag]: empty });
    }
    onLanguage(tag);
  };
  const remove = () => {
    const { [shown]: _, ...texts } = styling.texts;
    form.setFieldValue("plan.styling.texts", texts);
    onLanguage(ALL);
  };
  const path = shown === ALL ? "plan.styling" : `plan.styling.texts.${shown}`;
  const help = (own: "title_help" | "greeting_help" | "label_help") =>
    shown === ALL ? t(`queues.styling.${own}`) : t("queues.styling.empty_help");
  const text = shown === ALL ? {} : { lang: shown, dir: isRightToLeft(shown) ? "rtl" : "ltr" };
  return (
    <Section title={t("queues.styling.texts")} text={t("queues.styling.texts_text")}>
      <LanguagePills
        tag={shown}
        tags={[ALL, ...Object.keys(styling.texts)]}
        all={t("queues.styling.all_languages")}
        label={t("queues.styling.texts")}
        onChoose={choose}
        {...(shown === ALL ? {} : { onRemove: remove })}
      />
      <TextInput
        key={`${path}.title`}
        label={t("queues.styling.window_title")}
        description={help("title_help")}
        inputWrapperOrder={BELOW}
        maxLength={60}
        {...text}
        {...form.getInputProps(`${path}.title`)}
      />
      <Textarea
        key={`${path}.greeting`}
        label={t("queues.styling.greeting")}
        description={help("greeting_help")}
        inputWrapperOrder={BELOW}
        autosize
        minRows={2}
        maxLength={400}
        {...text}
        {...form.getInputProps(`${path}.greeting`)}
      />
      <TextInput
        key={`${path}.launcher_label`}
        label={t("queues.styling.launcher_label")}
        description={help("label_help")}
        inputWrapperOrder={BELOW}
        maxLength={30}
        {...text}
        {...form.getInputProps(`${path}.launcher_label`)}
      />
    </Section>
  );
}
