/** Owns the log of what was told to a webhook, telling it again, and the test. */
import { Button, Modal, Text } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DeliveryState, Webhook, WebhookDelivery } from "../../../api/rest";
import { request } from "../../api/http";
import { useDeliveries, useDelivery, webhookKeys } from "../../api/webhooks";
import { MoreFailed } from "../../lists/ListBody";
import { CodeBlock } from "../../ui/CodeBlock";
import { Dot, type DotTone } from "../../ui/Dot";
import { Section } from "../../ui/form";
import { fullTime } from "../../ui/format";
import { handOnFocus } from "../../ui/handOnFocus";
import { told, warned } from "../../ui/notify";
import { Empty, Loaded, LoadingRows } from "../../ui/states";
import { Ago } from "../../ui/time";
import classes from "../Admin.module.css";
import own from "./Webhooks.module.css";

const tones: Record<DeliveryState, DotTone> = { waiting: "wait", delivered: "good", given_up: "alarm" };

export function Deliveries({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation();
  const deliveries = useDeliveries(webhook.id);
  const [shown, setShown] = useState<WebhookDelivery | null>(null);
  const test = useTelling(webhook.id, `/webhooks/${webhook.id}/test`, t("webhooks.deliveries.test_sent"));
  const more = () => void deliveries.fetchNextPage();
  return (
    <Section title={t("webhooks.deliveries.title")} text={t("webhooks.deliveries.text")}>
      <Button
        variant="default"
        leftSection={<IconSend size={16} />}
        loading={test.isPending}
        onClick={() => test.mutate()}
        style={{ alignSelf: "start" }}
      >
        {t("webhooks.deliveries.test")}
      </Button>
      <Loaded query={deliveries} loading={<LoadingRows rows={3} />}>
        {({ pages }) => <Pages items={pages.flatMap(({ items }) => items)} show={setShown} />}
      </Loaded>
      {deliveries.isFetchNextPageError ? (
        <MoreFailed retry={more} loading={deliveries.isFetchingNextPage} />
      ) : (
        deliveries.hasNextPage && (
          <Button variant="subtle" loading={deliveries.isFetchingNextPage} onClick={more} ref={handOnFocus}>
            {t("webhooks.deliveries.more")}
          </Button>
        )
      )}
      <Modal
        opened={shown !== null}
        onClose={() => setShown(null)}
        size="lg"
        title={shown && t(`webhooks.event.${shown.event}`)}
      >
        {shown && <Detail webhook={webhook.id} event={shown.event_id} />}
      </Modal>
    </Section>
  );
}

function Pages({ items, show }: { items: WebhookDelivery[]; show(delivery: WebhookDelivery): void }) {
  const { t, i18n } = useTranslation();
  if (items.length === 0) {
    return (
      <Empty
        icon={IconSend}
        title={t("webhooks.deliveries.none_title")}
        text={t("webhooks.deliveries.none_text")}
      />
    );
  }
  return (
    <div className={classes.tableFrame}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("webhooks.deliveries.event")}</th>
            <th scope="col">{t("webhooks.deliveries.state")}</th>
            <th scope="col">{t("webhooks.deliveries.tries")}</th>
            <th scope="col">{t("webhooks.deliveries.when")}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((delivery) => {
            const event = t(`webhooks.event.${delivery.event}`);
            const at = fullTime(delivery.created_at, i18n.language);
            return (
              <tr key={delivery.event_id}>
                <td>
                  <button
                    type="button"
                    className={own.event}
                    aria-label={t("webhooks.deliveries.show", { event, at })}
                    onClick={() => show(delivery)}
                  >
                    {event}
                  </button>
                </td>
                <td>
                  <State delivery={delivery} />
                </td>
                <td className="num">{delivery.tries}</td>
                <td>
                  <Ago at={delivery.created_at} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function State({ delivery: { state, due_at, tries } }: { delivery: WebhookDelivery }) {
  const { t, i18n } = useTranslation();
  return (
    <span className={classes.status}>
      <Dot tone={tones[state]} />
      {t(`webhooks.deliveries.${state}`)}
      {due_at !== null && tries > 0 && (
        <span className={classes.second}>
          {t("webhooks.deliveries.next_try", { at: fullTime(due_at, i18n.language) })}
        </span>
      )}
    </span>
  );
}

function Detail({ webhook, event }: { webhook: string; event: string }) {
  const { t, i18n } = useTranslation();
  const detail = useDelivery(webhook, event);
  const path = `/webhooks/${webhook}/deliveries/${event}/replay`;
  const again = useTelling(webhook, path, t("webhooks.deliveries.again_sent"));
  return (
    <Loaded query={detail}>
      {({ delivery, body, tries }) => (
        <div className={own.detail}>
          <div>
            <State delivery={delivery} />
          </div>
          <CodeBlock
            code={JSON.stringify(JSON.parse(body), null, 2)}
            label={t("webhooks.deliveries.copy_body")}
          />
          <Text c="dimmed" className="num">
            {t("webhooks.deliveries.id")} {delivery.event_id}
          </Text>
          {tries.length === 0 && <Text c="dimmed">{t("webhooks.deliveries.no_tries")}</Text>}
          <ol className={own.tries}>
            {tries.map(({ number, at, status, took_ms, answer }) => (
              <li key={number}>
                <span className="num">{fullTime(at, i18n.language)}</span>
                <span>
                  {status === null
                    ? t("webhooks.deliveries.no_answer", { took: took_ms })
                    : t("webhooks.deliveries.answer", { status, took: took_ms })}
                </span>
                {answer !== "" && <span className={classes.second}>{answer}</span>}
              </li>
            ))}
          </ol>
          {delivery.due_at === null && (
            <Button variant="default" loading={again.isPending} onClick={() => again.mutate()}>
              {t("webhooks.deliveries.again")}
            </Button>
          )}
        </div>
      )}
    </Loaded>
  );
}

function useTelling(webhook: string, path: string, done: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => request<WebhookDelivery>("POST", path),
    onSuccess: () => {
      told(done);
      void queryClient.invalidateQueries({ queryKey: webhookKeys.deliveries(webhook) });
    },
    onError: (error) => warned(error.message),
  });
}
