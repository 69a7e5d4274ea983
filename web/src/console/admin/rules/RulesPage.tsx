/** Owns the list of a site's rules, by priority and then by name. */
import { Button, Switch } from "@mantine/core";
import { IconListDetails, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Offer, Queue, Rule } from "../../../api/rest";
import { keys, useOffers, useQueues, useRules } from "../../api/queries";
import { Dot } from "../../ui/Dot";
import { PageHead } from "../../ui/PageHead";
import { Empty, Loaded } from "../../ui/states";
import { useToggle } from "../../ui/toggle";
import classes from "../Admin.module.css";
import { firstUpper, thenSentence, whenSentence } from "./sentence";

export function RulesPage({ site }: { site: string }) {
  const { t } = useTranslation();
  const rules = useRules(site);
  const offers = useOffers(site);
  const queues = useQueues(site);
  const add = (
    <Button component={Link} href={`/admin/sites/${site}/rules/new`} leftSection={<IconPlus size={16} />}>
      {t("rules.add")}
    </Button>
  );
  return (
    <div className={classes.inner}>
      <PageHead title={t("rules.title")} text={t("rules.text")}>
        {(rules.data?.length ?? 0) > 0 && (
          <>
            <Button variant="default" component={Link} href={`/admin/sites/${site}/rule-test`}>
              {t("rule_test.button")}
            </Button>
            {add}
          </>
        )}
      </PageHead>
      <Loaded query={rules}>
        {(items) =>
          items.length === 0 ? (
            <Empty
              icon={IconListDetails}
              title={t("rules.empty_title")}
              text={t("rules.empty_text")}
              action={add}
            />
          ) : (
            <Table site={site} rules={items} offers={offers.data ?? []} queues={queues.data ?? []} />
          )
        }
      </Loaded>
    </div>
  );
}

interface TableProps {
  site: string;
  rules: Rule[];
  offers: Offer[];
  queues: Queue[];
}

function Table({ site, rules, offers, queues }: TableProps) {
  const { t } = useTranslation();
  const sorted = [...rules].sort((a, b) => a.priority - b.priority || a.name.localeCompare(b.name));
  return (
    <div className={classes.tableFrame}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col" className={classes.num}>
              {t("rules.column.priority")}
            </th>
            <th scope="col">{t("rules.column.name")}</th>
            <th scope="col">{t("rules.column.outcome")}</th>
            <th scope="col">{t("rules.column.enabled")}</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((rule) => (
            <Row
              key={rule.id}
              site={site}
              rule={rule}
              offer={offers.find((known) => known.id === rule.plan.offer_id)}
              queue={queues.find((known) => known.id === rule.plan.queue_id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  site: string;
  rule: Rule;
  offer: Offer | undefined;
  queue: Queue | undefined;
}

function Row({ site, rule, offer, queue }: RowProps) {
  const { t } = useTranslation();
  const toggle = useToggle<Rule>(keys.rules(site), (id) => `/rules/${id}`, "enabled");
  const dead = rule.plan.action === "invite" && offer && !offer.active;
  return (
    <tr>
      <td className={classes.num}>{rule.priority}</td>
      <td>
        <Link href={`/admin/sites/${site}/rules/${rule.id}`} className={classes.main}>
          {rule.name}
        </Link>
        <span className={classes.second}>{firstUpper(whenSentence(rule.plan, t))}</span>
      </td>
      <td>
        {firstUpper(thenSentence(rule.plan, offer?.name, t))}
        <div className={classes.second}>
          {dead ? (
            <span className={classes.status}>
              <Dot tone="wait" />
              {t("rules.offer_inactive")}
            </span>
          ) : (
            queue?.name
          )}
        </div>
      </td>
      <td>
        <Switch
          aria-label={t("rules.switch", { name: rule.name })}
          checked={rule.enabled}
          onChange={(event) => toggle(rule.id, event.currentTarget.checked)}
        />
      </td>
    </tr>
  );
}
