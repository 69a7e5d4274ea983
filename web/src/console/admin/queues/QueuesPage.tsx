/** Owns the list of a site's queues. */
import { Badge, Button, Switch } from "@mantine/core";
import { IconMessage2, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Queue } from "../../../api/rest";
import { keys, useQueues } from "../../api/queries";
import { PageHead } from "../../ui/PageHead";
import { Empty, Loaded } from "../../ui/states";
import { useToggle } from "../../ui/toggle";
import classes from "../Admin.module.css";
import { OpenState } from "./OpenState";

export function QueuesPage({ site }: { site: string }) {
  const { t } = useTranslation();
  const queues = useQueues(site);
  const add = (
    <Button component={Link} href={`/admin/sites/${site}/queues/new`} leftSection={<IconPlus size={16} />}>
      {t("queues.add")}
    </Button>
  );
  return (
    <div className={classes.inner}>
      <PageHead title={t("queues.title")} text={t("queues.text")}>
        {(queues.data?.length ?? 0) > 0 && add}
      </PageHead>
      <Loaded query={queues}>
        {(items) =>
          items.length === 0 ? (
            <Empty
              icon={IconMessage2}
              title={t("queues.empty_title")}
              text={t("queues.empty_text")}
              action={add}
            />
          ) : (
            <Table site={site} queues={items} />
          )
        }
      </Loaded>
    </div>
  );
}

function Table({ site, queues }: { site: string; queues: Queue[] }) {
  const { t } = useTranslation();
  const toggle = useToggle<Queue>(keys.queues(site), (id) => `/queues/${id}`, "channel_on");
  return (
    <div className={classes.tableFrame}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("queues.column.name")}</th>
            <th scope="col">{t("queues.column.state")}</th>
            <th scope="col" className={classes.num}>
              {t("queues.column.agents")}
            </th>
            <th scope="col">{t("queues.column.activation")}</th>
            <th scope="col">{t("queues.column.channel")}</th>
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => (
            <tr key={queue.id}>
              <td>
                <span className={classes.status}>
                  <Link href={`/admin/sites/${site}/queues/${queue.id}`} className={classes.main}>
                    {queue.name}
                  </Link>
                  {queue.is_default && (
                    <Badge variant="default" size="sm" tt="none" fw={500}>
                      {t("queues.default_badge")}
                    </Badge>
                  )}
                </span>
              </td>
              <td>
                <OpenState queue={queue} />
              </td>
              <td className={classes.num}>{queue.agents.length || t("queues.no_agents")}</td>
              <td>
                {t(`queues.general.plain.${queue.plan.activation}`)}
                <div className={classes.second}>
                  {t(`queues.general.activation.${queue.plan.activation}`)}
                </div>
              </td>
              <td>
                <Switch
                  aria-label={t("queues.switch", { name: queue.name })}
                  checked={queue.channel_on}
                  onChange={(event) => toggle(queue.id, event.currentTarget.checked)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
