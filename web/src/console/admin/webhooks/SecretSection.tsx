/** Owns the secret of a webhook: showing it once after it was made, and changing it. */
import { Alert, Button, Text } from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { IconKey } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Webhook, WebhookWithSecret } from "../../../api/rest";
import { request } from "../../api/http";
import { webhookKeys } from "../../api/webhooks";
import { CodeBlock } from "../../ui/CodeBlock";
import { Section } from "../../ui/form";
import { fullTime } from "../../ui/format";
import { warned } from "../../ui/notify";

/** It is shown once, and may stand below what fits on the screen. */
const intoView = (shown: HTMLElement | null) => shown?.scrollIntoView({ block: "center" });

export function SecretSection({ webhook }: { webhook: Webhook }) {
  const { t, i18n } = useTranslation();
  const queryClient = useQueryClient();
  const key = webhookKeys.secret(webhook.id);
  const [made, setMade] = useState(() => queryClient.getQueryData<string>(key));
  useEffect(() => queryClient.removeQueries({ queryKey: key }));
  const change = useMutation({
    mutationFn: () => request<WebhookWithSecret>("POST", `/webhooks/${webhook.id}/secret`),
    onSuccess: ({ secret }) => {
      setMade(secret);
      void queryClient.invalidateQueries({ queryKey: webhookKeys.all });
    },
    onError: (error) => warned(error.message),
  });
  const ask = () =>
    openConfirmModal({
      title: t("webhooks.secret.change_title"),
      children: <Text>{t("webhooks.secret.change_text")}</Text>,
      labels: { confirm: t("webhooks.secret.change"), cancel: t("action.cancel") },
      onConfirm: () => change.mutate(),
    });
  const { secret_made_at, secret_before_until } = webhook;
  return (
    <Section title={t("webhooks.secret.title")} text={t("webhooks.secret.text")}>
      {made && (
        <Alert
          ref={intoView}
          color="accent"
          icon={<IconKey />}
          title={t("webhooks.secret.shown_once")}
          role="status"
        >
          <CodeBlock code={made} label={t("webhooks.secret.copy")} />
        </Alert>
      )}
      <Text>
        {t("webhooks.secret.made", { at: fullTime(secret_made_at, i18n.language) })}
        {secret_before_until !== null &&
          ` ${t("webhooks.secret.before", { at: fullTime(secret_before_until, i18n.language) })}`}
      </Text>
      <Button variant="default" loading={change.isPending} onClick={ask} style={{ alignSelf: "start" }}>
        {t("webhooks.secret.change")}
      </Button>
    </Section>
  );
}
