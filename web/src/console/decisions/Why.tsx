/** Owns how a decision is drawn: the reason, and each rule with what it compared. */
import { IconCheck, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ConditionExplanation, Reason, RuleExplanation, Verdict } from "../../api/rest";
import { useSiteZone } from "../api/queries";
import { Dot, type DotTone } from "../ui/Dot";
import { span } from "../ui/format";
import classes from "./Decisions.module.css";
import { comparedValue, conditionSentence, reasonSentence } from "./sentence";

interface RuleListProps {
  /** Times in conditions are told on its clocks. */
  site: string;
  rules: RuleExplanation[];
  left_out?: number;
  /** Why nothing was presented, or is. */
  reason?: Reason | null;
  /** The rule that won. */
  won?: string | null;
}

/** Every rule of a decision; one opens to show what it compared. */
export function RuleList({ site, rules, left_out = 0, reason = null, won = null }: RuleListProps) {
  const { t } = useTranslation();
  const zone = useSiteZone(site);
  if (rules.length === 0) return <p className={classes.second}>{t("decisions.no_rules")}</p>;
  return (
    <>
      <ul className={classes.rules}>
        {rules.map((rule) => (
          <li key={rule.rule}>
            <Rule rule={rule} won={rule.rule === won} reason={reason} zone={zone} />
          </li>
        ))}
      </ul>
      {left_out > 0 && <p className={classes.second}>{t("decisions.left_out", { count: left_out })}</p>}
    </>
  );
}

const TONE: Record<Verdict, DotTone> = {
  qualified: "good",
  disabled: "off",
  offer_inactive: "off",
  queue_missing: "off",
  page_does_not_match: "off",
  too_few_views: "wait",
  time_not_passed: "wait",
  conditions_not_met: "wait",
};

/** What stops a rule that has qualified: its offer is held back, or nothing is presented at all. */
export function stopOf({ verdict, blocked }: RuleExplanation, reason: Reason | null): Reason | null {
  if (verdict !== "qualified") return null;
  return blocked ?? (reason === "no_rule_qualified" ? null : reason);
}

interface RuleProps {
  rule: RuleExplanation;
  won: boolean;
  reason: Reason | null;
  zone: string;
}

function Rule({ rule, won, reason, zone }: RuleProps) {
  const { t } = useTranslation();
  const name = rule.timer ? t("decisions.timer", { name: rule.name }) : rule.name;
  const stop = won ? null : stopOf(rule, reason);
  const verdict = t(`decisions.verdict.${rule.verdict}`);
  return (
    <details className={classes.rule}>
      <summary>
        <Dot tone={stop ? "wait" : TONE[rule.verdict]} />
        <span className={classes.ruleName}>{name}</span>
        <span className={classes.second}>
          {won
            ? t("decisions.won")
            : stop
              ? t("decisions.stopped", { verdict, reason: reasonSentence(stop, t) })
              : verdict}
        </span>
      </summary>
      <div className={classes.checks}>
        <RuleChecks rule={rule} zone={zone} />
      </div>
    </details>
  );
}

function RuleChecks({ rule, zone }: Pick<RuleProps, "rule" | "zone">) {
  const { t } = useTranslation();
  const time = t("decisions.check.of", {
    value: span(rule.seconds * 1000),
    needed: span(rule.seconds_needed * 1000),
  });
  const views = t("decisions.check.of", { value: rule.views, needed: rule.views_needed });
  return (
    <ul className={classes.conditions}>
      {!rule.timer && (
        <>
          <Check holds={rule.matches_now} text={t("decisions.check.page")} value="" />
          <Check holds={rule.views >= rule.views_needed} text={t("decisions.check.views")} value={views} />
        </>
      )}
      <Check
        holds={rule.seconds >= rule.seconds_needed}
        text={t(rule.timer ? "decisions.check.site_seconds" : "decisions.check.seconds")}
        value={time}
      />
      {rule.conditions && <Conditions explained={rule.conditions} zone={zone} />}
      {rule.latched && <li className={classes.note}>{t("decisions.check.latched")}</li>}
      {rule.blocked && (
        <li className={classes.note}>
          {t("decisions.check.blocked", { reason: reasonSentence(rule.blocked, t) })}
        </li>
      )}
    </ul>
  );
}

function Conditions({ explained, zone }: { explained: ConditionExplanation; zone: string }) {
  const { t } = useTranslation();
  const { condition, holds, of } = explained;
  if (condition.type === "all" || condition.type === "any" || condition.type === "not") {
    return (
      <Check holds={holds} text={t(`conditions.groups.${condition.type}`)} value="">
        <ul className={classes.conditions}>
          {of.map((inner, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the conditions of a group stand in its order
            <Conditions key={index} explained={inner} zone={zone} />
          ))}
        </ul>
      </Check>
    );
  }
  const value = comparedValue(explained, t, zone);
  const unknown = explained.value === "" ? t("decisions.no_value") : "";
  const words = value === "" ? unknown : t("decisions.value", { value });
  return <Check holds={holds} text={conditionSentence(condition, t, zone)} value={words} />;
}

interface CheckProps {
  holds: boolean;
  text: string;
  value: string;
  children?: ReactNode;
}

/** One thing that was compared: whether it holds, and with which value. */
function Check({ holds, text, value, children }: CheckProps) {
  const { t } = useTranslation();
  const Icon = holds ? IconCheck : IconX;
  return (
    <li className={classes.check} data-holds={holds}>
      <Icon size={14} aria-label={t(holds ? "decisions.holds" : "decisions.holds_not")} role="img" />
      <span>
        {text}
        {value && <span className={classes.value}>{value}</span>}
      </span>
      {children && <div className={classes.inner}>{children}</div>}
    </li>
  );
}
