/** Owns the text that a visitor gets instead of a chat: English for every language without its own, or one of the others. */
import { Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { QueueBody } from "../../../api/rest";
import type { Editor } from "../../ui/editor";
import { isRightToLeft, languageName } from "../languages";

interface MessageFieldProps {
  editor: Editor<QueueBody>;
  /** Where the message is in the form. */
  path: string;
  language: string;
}

export function MessageField({ editor, path, language }: MessageFieldProps) {
  const { t, i18n } = useTranslation();
  const base = language === "en";
  const at = base ? `${path}.text` : `${path}.texts.${language}`;
  const field = editor.form.getInputProps(at);
  const label = t("queues.alternatives.message");
  return (
    <Textarea
      key={at}
      label={base ? label : `${label} (${languageName(language, i18n.language)})`}
      description={t(base ? "queues.alternatives.message_help" : "queues.alternatives.message_own_help")}
      inputWrapperOrder={["label", "input", "description", "error"]}
      autosize
      minRows={2}
      maxLength={400}
      lang={language}
      dir={isRightToLeft(language) ? "rtl" : "ltr"}
      {...field}
      value={field.value ?? ""}
    />
  );
}
