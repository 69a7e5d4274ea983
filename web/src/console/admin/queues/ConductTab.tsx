/** Owns how the chats of a queue are conducted: idle visitors, wrap-up, survey, transcript, screen pop. */
import { Checkbox, NumberInput, Radio, Stack, TagsInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { QueueBody } from "../../../api/rest";
import type { Editor } from "../../ui/editor";
import { Section, Two } from "../../ui/form";

const DISPOSITIONS_MAX = 50;
const TAGS_MAX = 100;

export function ConductTab({ editor }: { editor: Editor<QueueBody> }) {
  const { t } = useTranslation();
  const { form } = editor;
  const seconds = (field: "idle_warn_after_s" | "idle_close_after_s" | "wrap_up_s") => (
    <NumberInput
      label={t(`queues.conduct.${field}`)}
      description={t(`queues.conduct.${field}_help`)}
      inputWrapperOrder={["label", "input", "description", "error"]}
      maw={320}
      suffix=" s"
      allowDecimal={false}
      allowNegative={false}
      {...form.getInputProps(`plan.conduct.${field}`)}
    />
  );
  return (
    <>
      <Section title={t("queues.conduct.idle")} text={t("queues.conduct.idle_text")}>
        <Two>
          {seconds("idle_warn_after_s")}
          {seconds("idle_close_after_s")}
        </Two>
      </Section>
      <Section title={t("queues.conduct.wrap_up")} text={t("queues.conduct.wrap_up_text")}>
        {seconds("wrap_up_s")}
        <TagsInput
          label={t("queues.conduct.dispositions")}
          description={t("queues.conduct.dispositions_help")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          maxTags={DISPOSITIONS_MAX}
          clearable
          {...form.getInputProps("plan.conduct.dispositions")}
        />
        <Checkbox
          label={t("queues.conduct.disposition_required")}
          {...form.getInputProps("plan.conduct.disposition_required", { type: "checkbox" })}
        />
        <TagsInput
          label={t("queues.conduct.tags")}
          description={t("queues.conduct.tags_help")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          maxTags={TAGS_MAX}
          clearable
          {...form.getInputProps("plan.conduct.tags")}
        />
      </Section>
      <Section title={t("queues.conduct.after")}>
        <Radio.Group label={t("queues.conduct.survey")} {...form.getInputProps("plan.conduct.survey")}>
          <Stack gap={8} mt={4}>
            {(["off", "rating", "thumbs"] as const).map((value) => (
              <Radio key={value} value={value} label={t(`queues.conduct.surveys.${value}`)} />
            ))}
          </Stack>
        </Radio.Group>
        <Checkbox
          label={t("queues.conduct.transcript")}
          description={t("queues.conduct.transcript_help")}
          {...form.getInputProps("plan.conduct.transcript", { type: "checkbox" })}
        />
      </Section>
      <ScreenPop editor={editor} />
    </>
  );
}

function ScreenPop({ editor }: { editor: Editor<QueueBody> }) {
  const { t } = useTranslation();
  const { form } = editor;
  const pop = form.values.plan.conduct.screen_pop;
  return (
    <Section title={t("queues.conduct.pop")} text={t("queues.conduct.pop_text")}>
      <Checkbox
        label={t("queues.conduct.pop_on")}
        checked={pop !== null}
        onChange={(event) =>
          form.setFieldValue(
            "plan.conduct.screen_pop",
            event.currentTarget.checked ? { url: "https://", open: "link" } : null,
          )
        }
      />
      {pop !== null && (
        <>
          <TextInput
            label={t("queues.conduct.pop_url")}
            description={t("queues.conduct.pop_help", {
              interpolation: { prefix: "[[", suffix: "]]" },
            })}
            inputWrapperOrder={["label", "input", "description", "error"]}
            spellCheck={false}
            {...form.getInputProps("plan.conduct.screen_pop.url")}
          />
          <Radio.Group
            label={t("queues.conduct.pop_open")}
            {...form.getInputProps("plan.conduct.screen_pop.open")}
          >
            <Stack gap={8} mt={4}>
              {(["link", "tab"] as const).map((value) => (
                <Radio key={value} value={value} label={t(`queues.conduct.pop_opens.${value}`)} />
              ))}
            </Stack>
          </Radio.Group>
        </>
      )}
    </Section>
  );
}
