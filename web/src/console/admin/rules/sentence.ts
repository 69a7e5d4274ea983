/** Owns a rule in words. Pure. */
import type { TFunction } from "i18next";
import type { RulePlan } from "../../../api/rest";
import { conditionSentence } from "../../decisions/sentence";
import { span } from "../../ui/format";

/** `on a page whose address contains “/prices”, at the 3rd view, after 10 s`; times as the clocks of `zone` show them. */
export function whenSentence(plan: RulePlan, t: TFunction, zone: string): string {
  const every = plan.match_type === "contains" && plan.match_value === "";
  const place = every
    ? t("rules.sentence.every")
    : `${t(`rules.sentence.${plan.match_on}`)} ${t(`rules.sentence.${plan.match_type}`, { value: plan.match_value })}`;
  const parts = [place];
  if (plan.page_view_count > 1)
    parts.push(t("rules.sentence.views", { count: plan.page_view_count, ordinal: true }));
  if (plan.required_time_s > 0)
    parts.push(t("rules.sentence.time", { time: span(plan.required_time_s * 1000) }));
  if (plan.conditions)
    parts.push(t("rules.sentence.if", { condition: conditionSentence(plan.conditions, t, zone) }));
  return parts.join(", ");
}

export function thenSentence(plan: RulePlan, offer: string | undefined, t: TFunction): string {
  if (plan.action === "engage_without_invite") return t("rules.sentence.engage");
  return t("rules.sentence.invite", { offer: offer ?? t("rules.sentence.no_offer") });
}

export function firstUpper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
