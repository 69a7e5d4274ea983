/** Owns the list of webhooks. */
import { Button } from "@mantine/core";
import { IconPlus, IconWebhook } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Webhook } from "../../../api/rest";
import { useSites } from "../../api/queries";
import { useWebhooks } from "../../api/webhooks";
import { Dot } from "../../ui/Dot";
import { PageHead } from "../../ui/PageHead";
import { Empty, Loaded } from "../../ui/states";
import classes from "../Admin.module.css";

export function WebhooksPage() {
  const { t } = useTranslation();
  const webhooks = useWebhooks();
  const add = (
    <Button component={Link} href="/admin/webhooks/new" leftSection={<IconPlus size={16} />}>
      {t("webhooks.add")}
    </Button>
  );
  return (
    <div className={classes.inner}>
      <PageHead title={t("webhooks.title")} text={t("webhooks.text")}>
        {(webhooks.data?.length ?? 0) > 0 && add}
      </PageHead>
      <Loaded query={webhooks}>
        {(items) =>
          items.length === 0 ? (
            <Empty
              icon={IconWebhook}
              title={t("webhooks.empty_title")}
              text={t("webhooks.empty_text")}
              action={add}
            />
          ) : (
            <Table webhooks={items} />
          )
        }
      </Loaded>
    </div>
  );
}

function Table({ webhooks }: { webhooks: Webhook[] }) {
  const { t } = useTranslation();
  const sites = useSites();
  const siteName = (id: string | null) =>
    id === null ? t("webhooks.all_sites") : (sites.data?.find((site) => site.id === id)?.name ?? "");
  return (
    <div className={classes.tableFrame}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("webhooks.column.name")}</th>
            <th scope="col">{t("webhooks.column.events")}</th>
            <th scope="col">{t("webhooks.column.site")}</th>
            <th scope="col">{t("webhooks.column.state")}</th>
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <tr key={webhook.id}>
              <td>
                <Link href={`/admin/webhooks/${webhook.id}`} className={classes.main}>
                  {webhook.name}
                </Link>
                <span className={classes.second}>{hostOf(webhook.url)}</span>
              </td>
              <td>{webhook.events.map((event) => t(`webhooks.event.${event}`)).join(", ")}</td>
              <td>{siteName(webhook.site_id)}</td>
              <td>
                <span className={classes.status}>
                  <Dot tone={webhook.enabled ? "good" : "off"} />
                  {t(webhook.enabled ? "webhooks.enabled" : "webhooks.disabled")}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The rest of an address may hold a key. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
