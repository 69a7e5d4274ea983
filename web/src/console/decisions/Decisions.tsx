/** Owns the decision of a visit as it stands now, and those before it. */
import { useTranslation } from "react-i18next";
import type { Decision, Explanation } from "../../api/rest";
import { useDecision, useDecisions } from "../api/queries";
import { shortUrl } from "../ui/format";
import { Loaded, LoadingRows } from "../ui/states";
import { ClockTime } from "../ui/time";
import classes from "./Decisions.module.css";
import { reasonSentence } from "./sentence";
import { RuleList } from "./Why";

const REFRESH_MS = 3_000;

/** Why the visitor is offered something or nothing now. */
export function DecisionNow({ visit, site }: { visit: string; site: string }) {
  const { t } = useTranslation();
  const decision = useDecision(visit, REFRESH_MS);
  return (
    <Loaded query={decision} loading={<LoadingRows rows={3} height={24} />}>
      {(now) =>
        now ? (
          <Explained explanation={now} site={site} />
        ) : (
          <p className={classes.second}>{t("decisions.gone")}</p>
        )
      }
    </Loaded>
  );
}

interface ExplainedProps {
  explanation: Explanation;
  site: string;
  /** In place of what the explanation says by itself. */
  answer?: string;
}

export function Explained({ explanation, site, answer }: ExplainedProps) {
  const { t } = useTranslation();
  const { reason } = explanation;
  const because = (why: string) => t("decisions.because", { what: t("decisions.nothing"), reason: why });
  const words = reason ? because(reasonSentence(reason, t)) : t("decisions.will_present");
  return (
    <>
      <p className={classes.answer} role="status">
        {answer ?? words}
      </p>
      <RuleList site={site} rules={explanation.rules} reason={reason} />
    </>
  );
}

interface DecisionHistoryProps {
  visit: string;
  site: string;
  live: boolean;
}

/** What was decided before, newest first. */
export function DecisionHistory({ visit, site, live }: DecisionHistoryProps) {
  const { t } = useTranslation();
  const decisions = useDecisions(visit, live ? REFRESH_MS : false);
  return (
    <Loaded query={decisions} loading={<LoadingRows rows={3} height={24} />}>
      {(all) =>
        all.length === 0 ? (
          <p className={classes.second}>{t("decisions.no_history")}</p>
        ) : (
          <ul className={classes.history}>
            {all.map((decision) => (
              <li key={`${decision.at}-${decision.presentation_id ?? decision.reason}`}>
                <Past decision={decision} site={site} />
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function Past({ decision, site }: { decision: Decision; site: string }) {
  const { t } = useTranslation();
  const { page, reason } = decision;
  return (
    <details className={classes.decision}>
      <summary>
        <span className={classes.time}>
          <ClockTime at={decision.at} />
        </span>
        <span>
          {reason
            ? t("decisions.because", { what: t("decisions.was_nothing"), reason: reasonSentence(reason, t) })
            : t(decision.presentation_id ? "decisions.presented" : "decisions.alerted")}
          {page && (
            <span className={`${classes.value} clip`}>
              {t("decisions.page", { page: page.title || shortUrl(page.url) })}
            </span>
          )}
        </span>
      </summary>
      <div className={classes.under}>
        <RuleList
          site={site}
          rules={decision.rules}
          left_out={decision.rules_left_out}
          reason={reason}
          won={decision.rule_id}
        />
      </div>
    </details>
  );
}
