/** Owns creating and editing a webhook. */
import { Alert, Checkbox, Select, Stack, Switch, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { Webhook, WebhookEvent, WebhookWithSecret } from "../../../api/rest";
import { request } from "../../api/http";
import { useSites } from "../../api/queries";
import { useWebhooks, webhookKeys } from "../../api/webhooks";
import { changes } from "../../ui/changes";
import { DeleteMenu } from "../../ui/DeleteMenu";
import { type Editor, useEditor } from "../../ui/editor";
import { EditForm, Section, Two } from "../../ui/form";
import { fullTime } from "../../ui/format";
import { PageHead } from "../../ui/PageHead";
import { Loaded } from "../../ui/states";
import classes from "../Admin.module.css";
import { Missing } from "../Missing";
import { Deliveries } from "./Deliveries";
import { bodyOf, check, emptyForm, events, formOf, type WebhookForm } from "./model";
import { SecretSection } from "./SecretSection";

const base = "/admin/webhooks";

export function NewWebhookPage() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const editor = useEditor<WebhookForm, WebhookWithSecret>({
    initial: emptyForm,
    validate: (values) => check(values, t),
    save: (values) => request("POST", "/webhooks", bodyOf(values)),
    saved: ({ webhook, secret }) => {
      queryClient.setQueryData(webhookKeys.secret(webhook.id), secret);
      void queryClient.invalidateQueries({ queryKey: webhookKeys.all });
      go(`${base}/${webhook.id}`);
    },
    whole: ["events"],
  });
  return (
    <div className={classes.inner} data-narrow>
      <PageHead title={t("webhooks.new_title")} back={{ href: base, label: t("webhooks.title") }} />
      <EditForm editor={editor} always save={t("action.create")}>
        <Fields editor={editor} />
      </EditForm>
    </div>
  );
}

export function WebhookPage({ id }: { id: string }) {
  const webhooks = useWebhooks();
  return (
    <Loaded query={webhooks}>
      {(items) => {
        const webhook = items.find((known) => known.id === id);
        return webhook ? <EditWebhook webhook={webhook} /> : <Missing back={base} />;
      }}
    </Loaded>
  );
}

function EditWebhook({ webhook }: { webhook: Webhook }) {
  const { t, i18n } = useTranslation();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const changed = () => {
    void queryClient.invalidateQueries({ queryKey: webhookKeys.all });
    void queryClient.invalidateQueries({ queryKey: webhookKeys.deliveries(webhook.id) });
  };
  const editor = useEditor<WebhookForm, Webhook>({
    initial: formOf(webhook),
    validate: (values) => check(values, t),
    save: (values, stored) =>
      request("PATCH", `/webhooks/${webhook.id}`, changes(bodyOf(stored), bodyOf(values))),
    saved: changed,
    whole: ["events"],
  });
  const deleted = () => {
    changed();
    go(base);
  };
  return (
    <div className={classes.inner} data-narrow>
      <PageHead title={webhook.name} back={{ href: base, label: t("webhooks.title") }}>
        <DeleteMenu path={`/webhooks/${webhook.id}`} name={webhook.name} done={deleted} />
      </PageHead>
      {webhook.disabled_why !== "" && (
        <Alert color="yellow" mb="md" icon={<IconAlertTriangle />}>
          {webhook.disabled_why}
        </Alert>
      )}
      {webhook.lost_at !== null && (
        <Alert color="yellow" mb="md" icon={<IconAlertTriangle />}>
          {t("webhooks.lost", { count: webhook.lost, at: fullTime(webhook.lost_at, i18n.language) })}
        </Alert>
      )}
      <EditForm editor={editor}>
        <Fields editor={editor} />
      </EditForm>
      <SecretSection webhook={webhook} />
      <Deliveries webhook={webhook} />
    </div>
  );
}

function Fields({ editor }: { editor: Editor<WebhookForm> }) {
  const { t } = useTranslation();
  const sites = useSites();
  const { form } = editor;
  return (
    <Section title={t("webhooks.what")}>
      <Two>
        <TextInput label={t("webhooks.name")} withAsterisk maxLength={100} {...form.getInputProps("name")} />
        <Select
          label={t("webhooks.site")}
          allowDeselect={false}
          data={[
            { value: "", label: t("webhooks.all_sites") },
            ...(sites.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          {...form.getInputProps("site_id")}
        />
      </Two>
      <TextInput
        label={t("webhooks.url")}
        description={t("webhooks.url_help")}
        withAsterisk
        type="url"
        maxLength={2_000}
        {...form.getInputProps("url")}
      />
      <Checkbox.Group
        label={t("webhooks.events")}
        withAsterisk
        value={form.values.events}
        onChange={(chosen) => form.setFieldValue("events", chosen as WebhookEvent[])}
        error={form.errors.events}
      >
        <Stack gap={8} mt={4}>
          {events.map((event) => (
            <Checkbox
              key={event}
              value={event}
              label={t(`webhooks.event.${event}`)}
              description={t(`webhooks.event_help.${event}`)}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <Switch
        label={t("webhooks.is_enabled")}
        description={t("webhooks.is_enabled_help")}
        {...form.getInputProps("enabled", { type: "checkbox" })}
      />
    </Section>
  );
}
