/** Owns the list of a site's rules, by priority and then by name. */
import { Button, Switch } from "@mantine/core";
import { IconListDetails, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Offer, Queue, Rule, RulesToday } from "../../../api/rest";
import { keys, useOffers, useQueues, useRules, useRulesToday, useSiteZone } from "../../api/queries";
import { Dot } from "../../ui/Dot";
import { Grip } from "../../ui/Grip";
import { PageHead } from "../../ui/PageHead";
import { Empty, Loaded } from "../../ui/states";
import { useToggle } from "../../ui/toggle";
import classes from "../Admin.module.css";
import { type Move, MoveButtons } from "./Moving";
import { inOrder, neighbour, standsBefore, useMove } from "./order";
import own from "./Rules.module.css";
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

/** Below the last rule. */
const END = "end";

interface TableProps {
  site: string;
  rules: Rule[];
  offers: Offer[];
  queues: Queue[];
}

function Table({ site, rules, offers, queues }: TableProps) {
  const { t } = useTranslation();
  const sorted = inOrder(rules);
  const today = useRulesToday(site);
  const move = useMove(site);
  const [dragged, setDragged] = useState<string | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const drop = (before: string | null) => {
    if (dragged !== null && !standsBefore(sorted, dragged, before)) move(sorted, dragged, before);
    setDragged(null);
    setOver(null);
  };
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
            <th scope="col" className={classes.num}>
              {t("rules.column.today")}
            </th>
            <th scope="col">{t("rules.column.enabled")}</th>
            <th scope="col">{t("rules.column.order")}</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((rule, index) => (
            <Row
              key={rule.id}
              today={today.data?.items.find((known) => known.rule_id === rule.id)?.offers}
              move={{
                up: neighbour(sorted, index, -1, (before) => move(sorted, rule.id, before)),
                down: neighbour(sorted, index, 1, (before) => move(sorted, rule.id, before)),
                drag: () => setDragged(rule.id),
                enter: () => setOver(rule.id),
                drop: () => drop(rule.id),
                end: () => {
                  setDragged(null);
                  setOver(null);
                },
                isTarget: dragged !== null && over === rule.id && dragged !== rule.id,
                isDragged: dragged === rule.id,
              }}
              site={site}
              rule={rule}
              offer={offers.find((known) => known.id === rule.plan.offer_id)}
              queue={queues.find((known) => known.id === rule.plan.queue_id)}
            />
          ))}
          {dragged !== null && (
            <tr
              className={own.row}
              data-target={over === END}
              onDragOver={(event) => {
                event.preventDefault();
                setOver(END);
              }}
              onDrop={(event) => {
                event.preventDefault();
                drop(null);
              }}
            >
              <td colSpan={6} className={own.end}>
                {t("rules.drop_last")}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  site: string;
  today: RulesToday["items"][number]["offers"] | undefined;
  move: Move;
  rule: Rule;
  offer: Offer | undefined;
  queue: Queue | undefined;
}

function Row({ site, today, move, rule, offer, queue }: RowProps) {
  const { t } = useTranslation();
  const toggle = useToggle<Rule>(keys.rules(site), (id) => `/rules/${id}`, "enabled");
  const zone = useSiteZone(site);
  const dead = rule.plan.action === "invite" && offer && !offer.active;
  return (
    <tr
      className={own.row}
      data-target={move.isTarget}
      data-dragged={move.isDragged}
      onDragOver={(event) => {
        event.preventDefault();
        move.enter();
      }}
      onDrop={(event) => {
        event.preventDefault();
        move.drop();
      }}
    >
      <td className={classes.num}>
        <span className={own.priority}>
          <Grip title={t("rules.drag")} onDrag={move.drag} onEnd={move.end} />
          {rule.priority}
        </span>
      </td>
      <td>
        <Link href={`/admin/sites/${site}/rules/${rule.id}`} className={classes.main}>
          {rule.name}
        </Link>
        <span className={classes.second}>{firstUpper(whenSentence(rule.plan, t, zone))}</span>
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
      <td className={classes.num}>
        <Today offers={today} />
      </td>
      <td>
        <Switch
          aria-label={t("rules.switch", { name: rule.name })}
          checked={rule.enabled}
          onChange={(event) => toggle(rule.id, event.currentTarget.checked)}
        />
      </td>
      <td>
        <MoveButtons name={rule.name} move={move} />
      </td>
    </tr>
  );
}

function Today({ offers }: { offers: RowProps["today"] }) {
  const { t } = useTranslation();
  const shown = offers ? Object.values(offers).reduce((sum, count) => sum + count, 0) : 0;
  return (
    <>
      {t("rules.today_shown", { count: shown })}
      <div className={classes.second}>{t("rules.today_accepted", { count: offers?.accepted ?? 0 })}</div>
    </>
  );
}
