/** Owns the fields of a rule. */
import { Autocomplete, NumberInput, Radio, Select, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Offer, Queue, RuleBody } from "../../../api/rest";
import { useSeen } from "../../api/queries";
import type { Editor } from "../../ui/editor";
import { Section, Two } from "../../ui/form";
import { ConditionsSection } from "./conditions/ConditionsSection";
import { suggestionsFor } from "./conditions/suggestions";

interface RuleFieldsProps {
  editor: Editor<RuleBody>;
  site: string;
  offers: Offer[];
  queues: Queue[];
}

const BELOW: ("label" | "input" | "description" | "error")[] = ["label", "input", "description", "error"];

export function RuleFields({ editor, site, offers, queues }: RuleFieldsProps) {
  return (
    <>
      <General editor={editor} />
      <When editor={editor} site={site} />
      <ConditionsSection editor={editor} site={site} />
      <Then editor={editor} offers={offers} queues={queues} />
    </>
  );
}

function General({ editor }: { editor: Editor<RuleBody> }) {
  const { t } = useTranslation();
  const { form } = editor;
  return (
    <Section title={t("rules.rule")}>
      <TextInput label={t("rules.name")} withAsterisk maxLength={100} {...form.getInputProps("name")} />
      <Two>
        <NumberInput
          label={t("rules.priority")}
          description={t("rules.priority_help")}
          inputWrapperOrder={BELOW}
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps("priority")}
        />
        <Switch
          mt={28}
          label={t("rules.enabled")}
          description={t("rules.enabled_help")}
          {...form.getInputProps("enabled", { type: "checkbox" })}
        />
      </Two>
      <Textarea
        label={t("rules.description")}
        description={t("rules.description_help")}
        autosize
        minRows={1}
        maxRows={5}
        maxLength={1000}
        {...form.getInputProps("plan.description")}
      />
    </Section>
  );
}

function When({ editor, site }: { editor: Editor<RuleBody>; site: string }) {
  const { t } = useTranslation();
  const { form } = editor;
  const pages = useSeen(site).data?.pages ?? [];
  const { plan } = form.values;
  return (
    <Section title={t("rules.when")} text={t("rules.when_text")}>
      <Two>
        <Select
          label={t("rules.match_on")}
          allowDeselect={false}
          data={(["url", "page_title", "referrer"] as const).map((value) => ({
            value,
            label: t(`rules.match_ons.${value}`),
          }))}
          {...form.getInputProps("plan.match_on")}
        />
        <Select
          label={t("rules.match_type")}
          allowDeselect={false}
          data={(["contains", "equals", "regex"] as const).map((value) => ({
            value,
            label: t(`rules.match_types.${value}`),
          }))}
          {...form.getInputProps("plan.match_type")}
          onChange={(value) => {
            form.getInputProps("plan.match_type").onChange(value);
            form.clearFieldError("plan.match_value");
          }}
        />
      </Two>
      <Autocomplete
        data={suggestionsFor(plan.match_on, plan.match_type, pages)}
        label={t("rules.match_value")}
        description={t(`rules.value_help.${plan.match_type}`)}
        inputWrapperOrder={BELOW}
        spellCheck={false}
        autoComplete="off"
        styles={
          plan.match_type === "regex" ? { input: { fontFamily: "var(--mantine-font-family-monospace)" } } : {}
        }
        {...form.getInputProps("plan.match_value")}
        onBlur={(event) => {
          form.getInputProps("plan.match_value").onBlur(event);
          editor.check();
        }}
      />
      <Two>
        <NumberInput
          label={t("rules.page_view_count")}
          description={t("rules.page_view_count_help")}
          inputWrapperOrder={BELOW}
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps("plan.page_view_count")}
        />
        <NumberInput
          label={t("rules.required_time_s")}
          description={t("rules.required_time_help")}
          inputWrapperOrder={BELOW}
          allowDecimal={false}
          allowNegative={false}
          suffix=" s"
          {...form.getInputProps("plan.required_time_s")}
        />
      </Two>
    </Section>
  );
}

function Then({ editor, offers, queues }: Omit<RuleFieldsProps, "site">) {
  const { t } = useTranslation();
  const { form } = editor;
  const { plan } = form.values;
  const chosen = offers.find((offer) => offer.id === plan.offer_id);
  return (
    <Section title={t("rules.outcome")}>
      <Radio.Group aria-label={t("rules.action")} {...form.getInputProps("plan.action")}>
        <Stack gap={8}>
          {(["invite", "engage_without_invite"] as const).map((value) => (
            <Radio
              key={value}
              value={value}
              label={t(`rules.actions.${value}`)}
              description={t(`rules.action_help.${value}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      <Two>
        {plan.action === "invite" && (
          <Select
            label={t("rules.offer")}
            description={chosen && !chosen.active ? t("rules.offer_inactive") : t("rules.offer_help")}
            inputWrapperOrder={BELOW}
            withAsterisk
            searchable
            data={offers.map((offer) => ({
              value: offer.id,
              label: offer.active ? offer.name : `${offer.name} (${t("rules.inactive")})`,
            }))}
            {...form.getInputProps("plan.offer_id")}
          />
        )}
        <Select
          label={t("rules.queue")}
          description={t("rules.queue_help")}
          inputWrapperOrder={BELOW}
          withAsterisk
          allowDeselect={false}
          data={queues.map((queue) => ({ value: queue.id, label: queue.name }))}
          {...form.getInputProps("plan.queue_id")}
        />
        <NumberInput
          label={t("rules.chat_priority")}
          description={t("rules.chat_priority_help")}
          inputWrapperOrder={BELOW}
          min={0}
          max={9}
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps("plan.chat_priority")}
        />
      </Two>
    </Section>
  );
}
