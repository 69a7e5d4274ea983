/** Owns what a visitor gets when no chat can be had, for each of the three reasons. */
import { Select, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Alternative, QueueBody } from "../../../api/rest";
import type { Editor } from "../../ui/editor";
import { Section } from "../../ui/form";

const REASONS = ["out_of_hours", "channel_off", "no_agent"] as const;
type Reason = (typeof REASONS)[number];

export function AlternativesTab({ editor }: { editor: Editor<QueueBody> }) {
  return REASONS.map((reason) => <ReasonSection key={reason} editor={editor} reason={reason} />);
}

function ReasonSection({ editor, reason }: { editor: Editor<QueueBody>; reason: Reason }) {
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
      {alternative.do === "message" && (
        <Textarea
          label={t("queues.alternatives.message")}
          description={t("queues.alternatives.message_help")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          autosize
          minRows={2}
          maxLength={400}
          {...form.getInputProps(`${path}.text`)}
        />
      )}
    </Section>
  );
}

function start(what: Alternative["do"]): Alternative {
  switch (what) {
    case "url":
      return { do: "url", url: "https://" };
    case "message":
      return { do: "message", text: "" };
    case "wait":
    case "enquiry":
      return { do: what };
  }
}
