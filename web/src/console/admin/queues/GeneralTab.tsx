/** Owns the general settings of a queue: name, channel switch, launcher, activation mode. */
import { NumberInput, Radio, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Offer, QueueBody } from "../../../api/rest";
import type { Editor } from "../../ui/editor";
import { Section, Two } from "../../ui/form";
import { Notice } from "../../ui/Notice";

interface GeneralTabProps {
  editor: Editor<QueueBody>;
  offers: Offer[];
  /** The stored queue is the one of the launcher: that can only be changed at another queue. */
  fixed: boolean;
}

export function GeneralTab({ editor, offers, fixed }: GeneralTabProps) {
  const { t } = useTranslation();
  const { form } = editor;
  return (
    <>
      <Section title={t("queues.general.title")}>
        <TextInput
          label={t("queues.general.name")}
          withAsterisk
          maxLength={100}
          {...form.getInputProps("name")}
        />
        <Switch
          label={t("queues.general.channel_on")}
          description={t("queues.general.channel_help")}
          {...form.getInputProps("channel_on", { type: "checkbox" })}
        />
        <Switch
          label={t("queues.general.is_default")}
          description={fixed ? t("queues.general.is_default_fixed") : t("queues.general.is_default_help")}
          disabled={fixed}
          {...form.getInputProps("is_default", { type: "checkbox" })}
        />
        <Switch
          label={t("queues.general.visitor_files")}
          description={t("queues.general.visitor_files_help")}
          checked={form.values.plan.visitor_files === "allowed"}
          onChange={(event) =>
            form.setFieldValue("plan.visitor_files", event.currentTarget.checked ? "allowed" : "refused")
          }
        />
      </Section>
      <ActivationSection editor={editor} offers={offers} />
    </>
  );
}

function ActivationSection({ editor, offers }: { editor: Editor<QueueBody>; offers: Offer[] }) {
  const { t } = useTranslation();
  const { form } = editor;
  const { activation, launch_after_s, launch_offer_id } = form.values.plan;
  const launches = activation !== "reactive_only" && launch_after_s !== 0;
  return (
    <Section title={t("queues.general.activation_title")} text={t("queues.general.activation_text")}>
      <Radio.Group
        aria-label={t("queues.general.activation_title")}
        {...form.getInputProps("plan.activation")}
      >
        <Stack gap={8}>
          {(["reactive_only", "with_invite", "without_invite"] as const).map((value) => (
            <Radio
              key={value}
              value={value}
              label={t(`queues.general.activation.${value}`)}
              description={t(`queues.general.activation_help.${value}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {activation !== "reactive_only" && (
        <Two>
          <NumberInput
            label={t("queues.general.launch_after_s")}
            description={t("queues.general.launch_help")}
            inputWrapperOrder={["label", "input", "description", "error"]}
            suffix=" s"
            allowDecimal={false}
            allowNegative={false}
            {...form.getInputProps("plan.launch_after_s")}
          />
          {activation === "with_invite" && (
            <Select
              label={t("queues.general.launch_offer")}
              placeholder={t("queues.general.launch_offer_none")}
              clearable
              data={offers.map((offer) => ({
                value: offer.id,
                label: offer.active ? offer.name : `${offer.name} (${t("rules.inactive")})`,
              }))}
              {...form.getInputProps("plan.launch_offer_id")}
            />
          )}
        </Two>
      )}
      <Notice color="yellow" when={activation !== "reactive_only" && !launches}>
        {t("queues.general.launch_never")}
      </Notice>
      <Notice color="yellow" when={launches && activation === "with_invite" && !launch_offer_id}>
        {t("queues.general.launch_no_offer")}
      </Notice>
      <Switch
        label={t("queues.general.launch_window")}
        description={t("queues.general.launch_window_help")}
        checked={form.values.plan.launch_window === "at_launch"}
        onChange={(event) =>
          form.setFieldValue("plan.launch_window", event.currentTarget.checked ? "at_launch" : "with_message")
        }
      />
    </Section>
  );
}
