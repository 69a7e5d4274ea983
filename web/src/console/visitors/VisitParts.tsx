/** Owns how the parts of one visit are drawn: its pages, its presentations, its facts. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Presentation, VisitDetail, VisitPage } from "../../api/rest";
import sessionClasses from "../chats/Session.module.css";
import { RecordLink } from "../decisions/RecordLink";
import { Dot, type DotTone } from "../ui/Dot";
import { clock, shortUrl, span } from "../ui/format";
import { SafeLink } from "../ui/SafeLink";
import { Ago, ClockTime, Elapsed } from "../ui/time";
import { useNow } from "../ui/useNow";
import classes from "./Visitors.module.css";

const SECOND_MS = 1_000;
const UTM = ["source", "medium", "campaign", "term", "content"] as const;

/** The newest page stands on top. */
export function VisitPages({ visit }: { visit: VisitDetail }) {
  const { t } = useTranslation();
  if (visit.pages.length === 0) return <span>{t("chats.session.no_pages")}</span>;
  return (
    <ol className={sessionClasses.pages} reversed>
      {visit.pages
        .map((page, index) => (
          <PageRow
            key={`${page.entered_at}-${page.url}`}
            page={page}
            left_at={
              page.left_at ??
              visit.pages[index + 1]?.entered_at ??
              (visit.live ? null : visit.last_contact_at)
            }
          />
        ))
        .reverse()}
    </ol>
  );
}

/** `left_at` is null only for the page that the visitor is on now. */
function PageRow({ page, left_at }: { page: VisitPage; left_at: number | null }) {
  const { t } = useTranslation();
  return (
    <li data-now={left_at === null}>
      <span className="clip">{page.title || shortUrl(page.url)}</span>
      <span className={sessionClasses.dwell}>
        {left_at === null && `${t("chats.session.now")} · `}
        <Elapsed since={page.entered_at} until={left_at} />
      </span>
      <SafeLink url={page.url} className={`${sessionClasses.address} clip`}>
        {shortUrl(page.url)}
      </SafeLink>
      {page.visible_s > 0 && (
        <div className={classes.activity}>
          {t("visitors.visible", { time: span(page.visible_s * SECOND_MS) })}
        </div>
      )}
      {page.form && <FormLine form={page.form} />}
    </li>
  );
}

/** What was put in is never known, only when. */
function FormLine({ form }: { form: NonNullable<VisitPage["form"]> }) {
  const { t } = useTranslation();
  const { entered_at, last_input_at, submitted_at } = form;
  const time = span(form.seconds * SECOND_MS);
  return (
    <div className={classes.activity}>
      {t("visitors.form.entered")} <ClockTime at={entered_at} />
      {last_input_at !== null && (
        <>
          {" · "}
          {t("visitors.form.last_input")} <ClockTime at={last_input_at} />
        </>
      )}
      {" · "}
      {submitted_at === null ? (
        t("visitors.form.not_submitted", { time })
      ) : (
        <>
          {t("visitors.form.submitted")} <ClockTime at={submitted_at} /> {t("visitors.form.after", { time })}
        </>
      )}
    </div>
  );
}

const TONE: Record<string, DotTone> = {
  open: "wait",
  accepted: "good",
  rejected: "alarm",
  ignored: "off",
  passively_ignored: "off",
  withdrawn: "off",
};

export function Presentations({ presentations }: { presentations: Presentation[] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.list}>
      {presentations.map((one) => (
        <li key={one.id} className={classes.presentation}>
          <span className="clip">
            <RecordLink name={one.offer.name} presentation={one.id} />
          </span>
          <span className={classes.state}>
            <Dot tone={TONE[one.outcome ?? "open"] ?? "off"} />
            {t(`visitors.presentation.${one.outcome ?? "open"}`)}
          </span>
          <span className={classes.second}>
            <ClockTime at={one.presented_at} />
            {one.rule && ` · ${t("visitors.presentation.by_rule", { name: one.rule.name })}`}
            {one.by && ` · ${t("decisions.record.by_hand", { name: one.by.name })}`}
            {one.accepted_late_at !== null && ` · ${t("visitors.presentation.accepted_late")}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function VisitFacts({ visit }: { visit: VisitDetail }) {
  const { t } = useTranslation();
  const first = visit.visit_number === 1;
  return (
    <dl className={sessionClasses.facts}>
      <Fact name={t("chats.session.visit_number")}>
        {first ? t("chats.session.first_visit") : visit.visit_number}
      </Fact>
      <Fact name={t("chats.session.started")}>
        <Ago at={visit.started_at} />
      </Fact>
      <Fact name={t("chats.session.referrer")}>
        {visit.referrer ? (
          <SafeLink url={visit.referrer}>{visit.referrer}</SafeLink>
        ) : (
          t("chats.session.direct")
        )}
      </Fact>
      {UTM.map((name) => (
        <Fact key={name} name={t(`visitors.utm.${name}`)}>
          {visit.utm[name]}
        </Fact>
      ))}
      <Fact name={t("chats.session.device")}>{t(`visitors.devices.${visit.device}`)}</Fact>
      <Fact name={t("chats.session.browser")}>{visit.browser}</Fact>
      <Fact name={t("chats.session.language")}>{languageName(visit.language)}</Fact>
      <Fact name={t("chats.session.local_time")}>
        {visit.time_zone && <LocalTime zone={visit.time_zone} />}
      </Fact>
    </dl>
  );
}

/** Nothing at all when there is nothing to tell. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (!children) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function LocalTime({ zone }: { zone: string }) {
  const { i18n } = useTranslation();
  const now = useNow();
  try {
    const time = new Intl.DateTimeFormat(i18n.language, {
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZone: zone,
    });
    return `${time.format(now)} (${zone})`;
  } catch {
    return `${clock(now, i18n.language)} (${zone})`;
  }
}

function languageName(tag: string): string | null {
  if (!tag) return null;
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
