/** Owns who comes first in a queue, what an agent must know, and what becomes of who waits for too long. */
import { NumberInput, Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Dequeue, Queue, QueueBody } from "../../../api/rest";
import type { Editor } from "../../ui/editor";
import { Section, Two } from "../../ui/form";
import { SkillFields } from "../SkillFields";
import { type FormLanguage, LanguageBar } from "./FormLanguages";
import { MessageField } from "./MessageField";
import { PRIORITY_RANGE } from "./model";

interface DequeueSectionProps {
  editor: Editor<QueueBody>;
  /** The other queues of the site. */
  others: Queue[];
  language: FormLanguage;
}

export function DequeueSection({ editor, others, language }: DequeueSectionProps) {
  const { t } = useTranslation();
  const { form } = editor;
  const { dequeue, dequeue_after_s } = form.values.plan.routing;
  const choices = (["message", "enquiry", "url", "queue"] as const).filter(
    (value) => value !== "queue" || others.length > 0,
  );
  return (
    <Section title={t("queues.dequeue.title")} text={t("queues.dequeue.text")}>
      <Two>
        <NumberInput
          label={t("queues.routing.dequeue_after_s")}
          description={t("queues.routing.dequeue_help")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          suffix=" s"
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps("plan.routing.dequeue_after_s")}
        />
        {dequeue_after_s !== 0 && (
          <Select
            label={t("queues.dequeue.and_then")}
            allowDeselect={false}
            data={choices.map((value) => ({ value, label: t(`queues.dequeue.do.${value}`) }))}
            value={dequeue.do}
            onChange={(value) =>
              form.setFieldValue("plan.routing.dequeue", start(value as Dequeue["do"], others))
            }
          />
        )}
      </Two>
      {dequeue_after_s !== 0 && <Then editor={editor} others={others} language={language} />}
    </Section>
  );
}

function Then({ editor, others, language }: DequeueSectionProps) {
  const { t } = useTranslation();
  const { form } = editor;
  switch (form.values.plan.routing.dequeue.do) {
    case "enquiry":
      return null;
    case "url":
      return (
        <TextInput
          label={t("queues.alternatives.url")}
          withAsterisk
          placeholder="https://www.example.com/contact"
          {...form.getInputProps("plan.routing.dequeue.url")}
        />
      );
    case "message":
      return (
        <>
          <LanguageBar editor={editor} language={language} />
          <MessageField editor={editor} path="plan.routing.dequeue" language={language.tag} />
        </>
      );
    case "queue":
      return (
        <Select
          label={t("queues.dequeue.queue")}
          allowDeselect={false}
          maw={320}
          data={others.map((queue) => ({ value: queue.id, label: queue.name }))}
          {...form.getInputProps("plan.routing.dequeue.queue_id")}
        />
      );
  }
}

function start(what: Dequeue["do"], others: Queue[]): Dequeue {
  switch (what) {
    case "message":
      return { do: "message", text: "", texts: {} };
    case "enquiry":
      return { do: "enquiry" };
    case "url":
      return { do: "url", url: "https://" };
    case "queue":
      return { do: "queue", queue_id: others[0]?.id ?? "" };
  }
}

export function PrioritySection({ editor }: { editor: Editor<QueueBody> }) {
  const { t } = useTranslation();
  const { form } = editor;
  return (
    <Section title={t("queues.priority.title")} text={t("queues.priority.text")}>
      <Two>
        {(["reactive", "invite", "moved"] as const).map((name) => (
          <NumberInput
            key={name}
            label={t(`queues.priority.${name}`)}
            allowDecimal={false}
            {...PRIORITY_RANGE}
            {...form.getInputProps(`plan.routing.priority.${name}`)}
          />
        ))}
      </Two>
    </Section>
  );
}

export function SkillsSection({ editor }: { editor: Editor<QueueBody> }) {
  const { t } = useTranslation();
  const { form } = editor;
  const { skills } = form.values.plan.routing;
  return (
    <Section title={t("queues.skills.title")} text={t("queues.skills.text")}>
      <SkillFields
        form={form as never}
        path="plan.routing.skills"
        name="skill"
        levels={skills.map((need) => need.level)}
      />
      {skills.length > 0 && (
        <NumberInput
          label={t("queues.skills.relax")}
          description={t("queues.skills.relax_help")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          maw={320}
          suffix=" s"
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps("plan.routing.relax_skills_after_s")}
        />
      )}
    </Section>
  );
}
