/** Owns the small time line that shows what the pacing settings lead to, as the numbers change. */
import { useTranslation } from "react-i18next";
import type { SiteSettings } from "../../../api/rest";
import { span } from "../../ui/format";
import classes from "./Timeline.module.css";
import { consequences } from "./tracking";

export function Timeline({ settings }: { settings: SiteSettings }) {
  const { t } = useTranslation();
  const { ignored_s, next_s, gone_s } = consequences(settings);
  const longest_s = Math.max(ignored_s, next_s, gone_s, 1);
  const points = [
    { key: "presented", at_s: 0 },
    { key: "ignored", at_s: ignored_s },
    { key: "gone", at_s: gone_s },
    { key: "next", at_s: next_s },
  ] as const;
  const sorted = [...points].sort((a, b) => a.at_s - b.at_s);
  return (
    <figure className={classes.figure} aria-live="polite">
      <figcaption>
        <strong>{t("sites.tracking.timeline.title")}</strong> {t("sites.tracking.timeline.text")}
      </figcaption>
      <div className={classes.track} aria-hidden="true">
        {sorted.map(({ key, at_s }) => (
          <span key={key} data-point={key} style={{ left: `${(at_s / longest_s) * 100}%` }} />
        ))}
      </div>
      <dl className={classes.legend}>
        {sorted.map(({ key, at_s }) => (
          <div key={key} data-point={key}>
            <dt>{t(`sites.tracking.timeline.${key}`)}</dt>
            <dd className="num">{Number.isFinite(at_s) ? span(at_s * 1000) : ""}</dd>
          </div>
        ))}
      </dl>
    </figure>
  );
}
