/** Owns the routing settings of a queue, and what a waiting visitor is told. */
import { Anchor, Checkbox, NumberInput, Radio, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Queue, QueueBody } from "../../../api/rest";
import type { Editor } from "../../ui/editor";
import { Section } from "../../ui/form";
import type { FormLanguage } from "./FormLanguages";
import { RING_RANGE } from "./model";
import { DequeueSection, PrioritySection, SkillsSection } from "./WaitingSections";

interface RoutingTabProps {
  editor: Editor<QueueBody>;
  others: Queue[];
  language: FormLanguage;
}

export function RoutingTab({ editor, others, language }: RoutingTabProps) {
  const { t } = useTranslation();
  const { form } = editor;
  return (
    <>
      <Section title={t("queues.routing.title")} text={t("queues.routing.text")}>
        <Radio.Group label={t("queues.routing.strategy")} {...form.getInputProps("plan.routing.strategy")}>
          <Stack gap={8} mt={4}>
            {(["longest_idle", "least_loaded", "round_robin"] as const).map((value) => (
              <Radio
                key={value}
                value={value}
                label={t(`queues.routing.strategies.${value}`)}
                description={t(`queues.routing.strategy_help.${value}`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        <NumberInput
          label={t("queues.routing.ring_time_s")}
          description={t("queues.routing.ring_help", RING_RANGE)}
          inputWrapperOrder={["label", "input", "description", "error"]}
          maw={320}
          suffix=" s"
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps("plan.routing.ring_time_s")}
        />
      </Section>
      <Section title={t("queues.routing.slots")} text={t("queues.routing.slots_text")}>
        <div>
          <Anchor component={Link} href="/admin/users">
            {t("queues.routing.slots_link")}
          </Anchor>
        </div>
      </Section>
      <Section title={t("queues.routing.waiting")}>
        <Checkbox
          label={t("queues.routing.show_position")}
          {...form.getInputProps("plan.routing.show_position", { type: "checkbox" })}
        />
        <Checkbox
          label={t("queues.routing.show_wait")}
          {...form.getInputProps("plan.routing.show_wait", { type: "checkbox" })}
        />
      </Section>
      <DequeueSection editor={editor} others={others} language={language} />
      <PrioritySection editor={editor} />
      <SkillsSection editor={editor} />
    </>
  );
}
