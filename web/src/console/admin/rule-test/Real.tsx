/** Owns the decision of a visitor who is on the site, or was lately. */
import { Select } from "@mantine/core";
import type { ReactNode } from "react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Visit } from "../../../api/rest";
import { useRecentVisits } from "../../api/queries";
import { DecisionHistory, DecisionNow } from "../../decisions/Decisions";
import { Section } from "../../ui/form";
import { ago, shortUrl } from "../../ui/format";
import { Loaded } from "../../ui/states";
import { useNow } from "../../ui/useNow";
import { useVisitorName } from "../../visitors/useVisitorName";
import classes from "../Admin.module.css";

export function Real({ site, head }: { site: string; head: ReactNode }) {
  const { t } = useTranslation();
  const visits = useRecentVisits(site);
  const [id, setId] = useState<string | null>(null);
  const chosen = visits.data?.find((visit) => visit.id === id) ?? null;
  return (
    <div className={classes.split}>
      <div>
        {head}
        <Section title={t("rule_test.visitor")}>
          <Loaded query={visits}>
            {(all) =>
              all.length === 0 ? (
                <p className={classes.second}>{t("rule_test.visitor_none")}</p>
              ) : (
                <Picker visits={all} value={id} onChange={setId} />
              )
            }
          </Loaded>
        </Section>
        {chosen && (
          <Section title={t("decisions.history")}>
            <DecisionHistory key={chosen.id} visit={chosen.id} site={chosen.site_id} live={chosen.live} />
          </Section>
        )}
      </div>
      <aside className={classes.aside}>
        <Section title={t("decisions.now")}>
          {chosen?.live ? (
            <DecisionNow key={chosen.id} visit={chosen.id} site={chosen.site_id} />
          ) : (
            <p className={classes.second}>{t(chosen ? "decisions.gone" : "rule_test.choose")}</p>
          )}
        </Section>
      </aside>
    </div>
  );
}

interface PickerProps {
  visits: Visit[];
  value: string | null;
  onChange(id: string | null): void;
}

function Picker({ visits, value, onChange }: PickerProps) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const nameOf = useVisitorName();
  const sorted = [...visits].sort((a, b) => Number(b.live) - Number(a.live) || b.started_at - a.started_at);
  const label = (visit: Visit) =>
    [
      nameOf(visit),
      visit.page ? visit.page.title || shortUrl(visit.page.url) : null,
      visit.live ? t("rule_test.live") : ago(visit.last_contact_at, now, i18n.language),
    ]
      .filter(Boolean)
      .join(" · ");
  return (
    <Select
      label={t("rule_test.visitor")}
      description={t("rule_test.visitor_help")}
      inputWrapperOrder={["label", "input", "description", "error"]}
      searchable
      data={sorted.map((visit) => ({ value: visit.id, label: label(visit) }))}
      value={value}
      onChange={onChange}
    />
  );
}
