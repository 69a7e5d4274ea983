/** Owns the two data collection forms of a queue, beside the widget that asks them. */
import { Input, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { QueueBody } from "../../../api/rest";
import type { Editor } from "../../ui/editor";
import { Section } from "../../ui/form";
import adminClasses from "../Admin.module.css";
import { Fields } from "./Fields";
import { type FormLanguage, LanguageBar } from "./FormLanguages";
import { QueuePreview } from "./QueuePreview";

const MODES = ["invite", "reactive"] as const;
type Mode = (typeof MODES)[number];

interface FormTabProps {
  editor: Editor<QueueBody>;
  language: FormLanguage;
}

export function FormTab({ editor, language }: FormTabProps) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<Mode>("invite");
  const { plan } = editor.form.values;
  const form = mode === "invite" ? plan.form_invite : plan.form_reactive;
  return (
    <div className={adminClasses.split}>
      <div>
        <LanguageBar editor={editor} language={language} />
        {MODES.map((one) => (
          <Section
            key={one}
            title={t(`queues.form.${one}`)}
            text={t(`queues.form.${one}_text`)}
            flush
            onFocus={() => setMode(one)}
          >
            <Fields
              editor={editor}
              path={`plan.form_${one}`}
              language={language.tag}
              empty={t("queues.form.empty")}
            />
          </Section>
        ))}
      </div>
      <aside className={adminClasses.aside} aria-label={t("preview.title")}>
        <Input.Wrapper label={t("queues.form.shown")} labelElement="div" mb="sm">
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label={t("queues.form.shown")}
            data={MODES.map((value) => ({ value, label: t(`queues.form.modes.${value}`) }))}
            value={mode}
            onChange={(value) => setMode(value === "reactive" ? "reactive" : "invite")}
          />
        </Input.Wrapper>
        <QueuePreview
          plan={plan}
          form={form}
          scene={form.length > 0 ? "form" : "queue"}
          language={language.tag}
        />
      </aside>
    </div>
  );
}
