/** Owns the rule in words beside its editor, and the field to try a text against it. */
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Offer, Queue, RulePlan } from "../../../api/rest";
import { useSiteZone } from "../../api/queries";
import { Dot } from "../../ui/Dot";
import { Section } from "../../ui/form";
import classes from "../Admin.module.css";
import { matches } from "./match";
import { firstUpper, thenSentence, whenSentence } from "./sentence";

interface RuleSummaryProps {
  site: string;
  plan: RulePlan;
  offers: Offer[];
  queues: Queue[];
}

export function RuleSummary({ site, plan, offers, queues }: RuleSummaryProps) {
  const { t } = useTranslation();
  const zone = useSiteZone(site);
  const [sample, setSample] = useState("");
  const offer = offers.find((known) => known.id === plan.offer_id);
  const queue = queues.find((known) => known.id === plan.queue_id);
  const result = sample === "" ? null : matches(plan, sample);
  return (
    <Section title={t("rules.summary")}>
      <div style={{ overflowWrap: "anywhere" }}>
        {firstUpper(whenSentence(plan, t, zone))}: {thenSentence(plan, offer?.name, t)}
        {queue && <div className={classes.second}>{queue.name}</div>}
      </div>
      <TextInput
        label={plan.match_on === "page_title" ? t("rules.try_title") : t("rules.try")}
        description={t("rules.try_help")}
        placeholder={plan.match_on === "page_title" ? "" : "https://www.example.com/prices"}
        value={sample}
        onChange={(event) => setSample(event.currentTarget.value)}
        spellCheck={false}
      />
      <div role="status">
        {result !== null && (
          <span className={classes.status}>
            <Dot tone={result ? "good" : "off"} />
            {result ? t("rules.try_yes") : t("rules.try_no")}
          </span>
        )}
      </div>
    </Section>
  );
}
