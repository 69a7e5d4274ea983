/** Owns the columns of the table of live visits, and what stands in them. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Visit } from "../../api/rest";
import { type Column, VirtualTable } from "../lists/VirtualTable";
import { Dot, type DotTone } from "../ui/Dot";
import { shortUrl } from "../ui/format";
import { Elapsed } from "../ui/time";
import classes from "./Visitors.module.css";
import { type Sort, type SortKey, type VisitState, visitorCode, visitState } from "./visits";

const TONE: Record<VisitState, DotTone> = { browsing: "good", offer: "wait", chat: "accent", away: "off" };

interface VisitTableProps {
  visits: Visit[];
  sort: Sort;
  onSort(sort: Sort): void;
  open: string | null;
  onOpen(id: string): void;
}

export function VisitTable({ visits, sort, onSort, open, onOpen }: VisitTableProps) {
  const { t } = useTranslation();
  const columns = useMemo((): Column<Visit, SortKey>[] => {
    const name = (key: SortKey | "from") => t(`visitors.column.${key}`);
    const sorted = (key: SortKey) => ({
      key,
      name: name(key),
      sort: { key, down: key !== "on_site" && key !== "page" },
    });
    return [
      { ...sorted("visitor"), width: "152px", cell: (visit) => <Name visit={visit} /> },
      { ...sorted("page"), cell: (visit) => <PageCell visit={visit} /> },
      {
        ...sorted("on_page"),
        width: "96px",
        end: true,
        cell: ({ page }) => page && <Elapsed since={page.entered_at} />,
      },
      { ...sorted("pages"), width: "84px", end: true, wide: true, cell: ({ page_views }) => page_views },
      {
        ...sorted("on_site"),
        width: "96px",
        end: true,
        wide: true,
        cell: ({ started_at }) => <Elapsed since={started_at} />,
      },
      { ...sorted("state"), width: "160px", wide: true, cell: (visit) => <State visit={visit} /> },
      {
        key: "from",
        name: name("from"),
        width: "180px",
        wide: true,
        cell: (visit) => <From visit={visit} />,
      },
    ];
  }, [t]);
  return (
    <VirtualTable
      label={t("visitors.title")}
      columns={columns}
      items={visits}
      keyOf={(visit) => visit.id}
      sort={sort}
      onSort={onSort}
      open={open}
      onOpen={(visit) => onOpen(visit.id)}
    />
  );
}

function Name({ visit }: { visit: Visit }) {
  const { t } = useTranslation();
  const name = t("visitors.name", { id: visitorCode(visit.visitor_id) });
  return (
    <>
      <button type="button" className={`${classes.open} clip`} aria-label={t("visitors.open", { name })}>
        {name}
      </button>
      <div className={classes.second}>
        {visit.visit_number === 1 ? t("visitors.first") : t("visitors.visit_n", { n: visit.visit_number })}
        <span className={classes.narrow}> · {t(`visitors.state.${visitState(visit)}`)}</span>
      </div>
    </>
  );
}

function PageCell({ visit: { page } }: { visit: Visit }) {
  const { t } = useTranslation();
  if (!page) return <span className={classes.second}>{t("visitors.no_page")}</span>;
  return (
    <>
      <div className="clip">{page.title || shortUrl(page.url)}</div>
      <div className={`${classes.second} clip`} title={page.url}>
        {shortUrl(page.url)}
      </div>
    </>
  );
}

function State({ visit }: { visit: Visit }) {
  const { t } = useTranslation();
  const state = visitState(visit);
  return (
    <>
      <span className={classes.state}>
        <Dot tone={TONE[state]} />
        {t(`visitors.state.${state}`)}
      </span>
      {visit.offer_state && state === "offer" && (
        <div className={`${classes.second} ${classes.under} clip`}>{visit.offer_state.offer?.name}</div>
      )}
    </>
  );
}

function From({ visit }: { visit: Visit }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="clip">
        {[t(`visitors.devices.${visit.device}`), visit.browser].filter(Boolean).join(", ")}
      </div>
      <div className={`${classes.second} clip`}>{visit.language}</div>
    </>
  );
}
