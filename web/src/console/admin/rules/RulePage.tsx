/** Owns creating and editing a rule: loading what it refers to, checking it, saving it. The fields stand beside it. */
import { Button, Group } from "@mantine/core";
import { IconListDetails } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import type { Offer, Queue, Rule, RuleBody } from "../../../api/rest";
import { request } from "../../api/http";
import { keys, useOffers, useQueues, useRules } from "../../api/queries";
import { changes } from "../../ui/changes";
import { checkName, checkRange, compact } from "../../ui/check";
import { DeleteMenu } from "../../ui/DeleteMenu";
import { type FieldErrors, useEditor } from "../../ui/editor";
import { EditForm, Section } from "../../ui/form";
import { PageHead } from "../../ui/PageHead";
import { Empty, Loaded } from "../../ui/states";
import classes from "../Admin.module.css";
import { Missing } from "../Missing";
import { checkConditions } from "./conditions/check";
import { regexProblem } from "./match";
import { RuleFields } from "./RuleFields";
import { RuleSummary } from "./RuleSummary";

export const RULE_RANGES = {
  priority: { min: 1, max: 9_999 },
  page_view_count: { min: 1, max: 1_000 },
  required_time_s: { min: 0, max: 86_400 },
  chat_priority: { min: 0, max: 9 },
};
const VALUE_LENGTH_MAX = 2_000;
const PRIORITY_STEP = 10;

export function RulePage({ site, id }: { site: string; id: string }) {
  const rules = useRules(site);
  const offers = useOffers(site);
  const queues = useQueues(site);
  return (
    <Loaded query={rules}>
      {(all) => (
        <Loaded query={offers}>
          {(known) => (
            <Loaded query={queues}>
              {(open) => <Choose site={site} id={id} rules={all} offers={known} queues={open} />}
            </Loaded>
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

interface ChooseProps {
  site: string;
  id: string;
  rules: Rule[];
  offers: Offer[];
  queues: Queue[];
}

function Choose({ site, id, rules, offers, queues }: ChooseProps) {
  const found = rules.find((known) => known.id === id);
  if (found) {
    return <EditRule site={site} rule={found} initial={bodyOf(found)} offers={offers} queues={queues} />;
  }
  if (id !== "new") return <Missing back={`/admin/sites/${site}/rules`} />;
  const queue = queues.find((known) => known.is_default) ?? queues[0];
  if (!queue || offers.length === 0) return <FirstNeeds site={site} queue={queue !== undefined} />;
  const initial = emptyRule(rules, offers, queue);
  return <EditRule site={site} rule={null} initial={initial} offers={offers} queues={queues} />;
}

function FirstNeeds({ site, queue }: { site: string; queue: boolean }) {
  const { t } = useTranslation();
  return (
    <Empty
      icon={IconListDetails}
      title={t("rules.need_title")}
      text={t("rules.need_text")}
      action={
        <Group gap={8}>
          <Button
            component={Link}
            href={`/admin/sites/${site}/offers/new`}
            variant={queue ? "filled" : "default"}
          >
            {t("rules.need_offer")}
          </Button>
          {!queue && (
            <Button component={Link} href={`/admin/sites/${site}/queues/new`}>
              {t("rules.need_queue")}
            </Button>
          )}
        </Group>
      }
    />
  );
}

interface EditRuleProps {
  site: string;
  rule: Rule | null;
  initial: RuleBody;
  offers: Offer[];
  queues: Queue[];
}

function EditRule({ site, rule, initial, offers, queues }: EditRuleProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const list = `/admin/sites/${site}/rules`;
  const test = `/admin/sites/${site}/rule-test`;
  const next = useRef(list);
  const refresh = () => void queryClient.invalidateQueries({ queryKey: keys.rules(site) });
  const editor = useEditor<RuleBody, Rule>({
    initial,
    live: true,
    validate: (values) => check(values, t),
    check: (values) => request("POST", `/sites/${site}/rules/check`, clean(values)),
    whole: ["plan.conditions"],
    save: (values, stored) =>
      rule
        ? request("PATCH", `/rules/${rule.id}`, changes(clean(stored), clean(values)))
        : request("POST", `/sites/${site}/rules`, clean(values)),
    now: rule ? async () => bodyOf(await request<Rule>("GET", `/rules/${rule.id}`)) : undefined,
    saved: () => {
      refresh();
      go(next.current);
    },
  });
  // The test looks at the rules as they are saved.
  const unsaved = !rule || editor.form.isDirty();
  const saveAndReturn = (event?: { preventDefault(): void }) => {
    next.current = list;
    editor.submit(event);
  };
  const saveAndTest = () => {
    next.current = test;
    editor.submit();
  };
  const deleted = () => {
    go(list);
    refresh();
  };
  return (
    <div className={classes.inner}>
      <PageHead title={rule?.name ?? t("rules.new_title")} back={{ href: list, label: t("rules.title") }}>
        {rule && <DeleteMenu path={`/rules/${rule.id}`} name={rule.name} done={deleted} restorable />}
      </PageHead>
      <div className={classes.split}>
        <EditForm
          editor={{ ...editor, submit: saveAndReturn }}
          always={!rule}
          save={rule ? undefined : t("action.create")}
        >
          <RuleFields editor={editor} site={site} offers={offers} queues={queues} />
        </EditForm>
        <aside className={classes.aside}>
          <RuleSummary site={site} plan={editor.form.values.plan} offers={offers} queues={queues} />
          <Section
            title={t("rule_test.title")}
            text={t(unsaved ? "rule_test.save_first" : "rule_test.as_saved")}
          >
            <div>
              {unsaved ? (
                <Button variant="default" loading={editor.saving} onClick={saveAndTest}>
                  {t("rule_test.save_and_test")}
                </Button>
              ) : (
                <Button variant="default" component={Link} href={test}>
                  {t("rule_test.button")}
                </Button>
              )}
            </div>
          </Section>
        </aside>
      </div>
    </div>
  );
}

function emptyRule(rules: Rule[], offers: Offer[], queue: Queue): RuleBody {
  const last = Math.max(0, ...rules.map((rule) => rule.priority));
  return {
    priority: Math.min(RULE_RANGES.priority.max, (Math.floor(last / PRIORITY_STEP) + 1) * PRIORITY_STEP),
    name: "",
    enabled: true,
    plan: {
      description: "",
      action: "invite",
      offer_id: (offers.find((offer) => offer.active) ?? offers[0])?.id ?? null,
      queue_id: queue.id,
      match_on: "url",
      match_type: "contains",
      match_value: "",
      page_view_count: 1,
      required_time_s: 10,
      chat_priority: 0,
      conditions: null,
    },
  };
}

function bodyOf({ priority, name, enabled, plan }: Rule): RuleBody {
  return { priority, name, enabled, plan };
}

/** A rule without an invitation names no offer. */
function clean(values: RuleBody): RuleBody {
  const { plan } = values;
  const offer_id = plan.action === "invite" ? plan.offer_id : null;
  return { ...values, name: values.name.trim(), plan: { ...plan, offer_id } };
}

function check({ name, priority, plan }: RuleBody, t: TFunction): FieldErrors {
  return compact({
    name: checkName(name, t),
    priority: checkRange(priority, RULE_RANGES.priority, t),
    "plan.match_value": checkValue(plan, t),
    "plan.page_view_count": checkRange(plan.page_view_count, RULE_RANGES.page_view_count, t),
    "plan.required_time_s": checkRange(plan.required_time_s, RULE_RANGES.required_time_s, t),
    "plan.chat_priority": checkRange(plan.chat_priority, RULE_RANGES.chat_priority, t),
    "plan.offer_id": plan.action === "invite" && !plan.offer_id ? t("rules.offer_required") : null,
    "plan.queue_id": plan.queue_id ? null : t("rules.queue_required"),
    ...(plan.conditions ? checkConditions(plan.conditions, "plan.conditions", t) : {}),
  });
}

function checkValue({ match_type, match_value }: RuleBody["plan"], t: TFunction): string | null {
  if (match_value.length > VALUE_LENGTH_MAX) return t("rules.value_long");
  if (match_value === "") return match_type === "contains" ? null : t("rules.value_required");
  const detail = match_type === "regex" ? regexProblem(match_value) : null;
  return detail === null ? null : t("rules.regex_invalid", { detail });
}
