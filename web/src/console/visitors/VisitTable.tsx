/** Owns the table of live visits: only the rows on screen are drawn, so that ten thousand stay smooth. */
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Visit } from "../../api/rest";
import { Dot, type DotTone } from "../ui/Dot";
import { shortUrl } from "../ui/format";
import { Elapsed } from "../ui/time";
import classes from "./Visitors.module.css";
import { type Sort, type SortKey, type VisitState, visitorCode, visitState } from "./visits";

const ROW_HEIGHT = 53;

const COLUMNS: { key: SortKey | "from"; width: string; end?: boolean; wide?: boolean }[] = [
  { key: "visitor", width: "152px" },
  { key: "page", width: "auto" },
  { key: "on_page", width: "96px", end: true },
  { key: "pages", width: "84px", end: true, wide: true },
  { key: "on_site", width: "96px", end: true, wide: true },
  { key: "state", width: "160px", wide: true },
  { key: "from", width: "180px", wide: true },
];

interface VisitTableProps {
  visits: Visit[];
  sort: Sort;
  onSort(sort: Sort): void;
  open: string | null;
  onOpen(id: string): void;
}

export function VisitTable({ visits, sort, onSort, open, onOpen }: VisitTableProps) {
  const frame = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: visits.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const items = rows.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div className={classes.scroll} ref={frame}>
      <table className={classes.table} aria-rowcount={visits.length + 1}>
        <colgroup>
          {COLUMNS.map((column) => (
            <col
              key={column.key}
              className={column.wide ? classes.wide : undefined}
              style={{ width: column.width }}
            />
          ))}
        </colgroup>
        <thead>
          <tr>
            {COLUMNS.map(({ key, end, wide }) => (
              <Heading
                key={key}
                column={key}
                className={`${end ? classes.end : ""} ${wide ? classes.wide : ""}`}
                sort={sort}
                onSort={onSort}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr style={{ height: above }} />}
          {items.map((item) => {
            const visit = visits[item.index];
            return visit && <Row key={visit.id} visit={visit} open={open === visit.id} onOpen={onOpen} />;
          })}
          {below > 0 && <tr style={{ height: below }} />}
        </tbody>
      </table>
    </div>
  );
}

interface HeadingProps {
  column: SortKey | "from";
  className: string;
  sort: Sort;
  onSort(sort: Sort): void;
}

function Heading({ column, className, sort, onSort }: HeadingProps) {
  const { t } = useTranslation();
  const name = t(`visitors.column.${column}`);
  if (column === "from") {
    return (
      <th scope="col" className={className}>
        {name}
      </th>
    );
  }
  const active = sort.key === column;
  const direction = sort.down ? "descending" : "ascending";
  const Arrow = sort.down ? IconArrowDown : IconArrowUp;
  return (
    <th scope="col" className={className} aria-sort={active ? direction : "none"}>
      <button
        type="button"
        className={classes.sort}
        data-active={active}
        onClick={() =>
          onSort({ key: column, down: active ? !sort.down : column !== "on_site" && column !== "page" })
        }
      >
        {name}
        {active && <Arrow size={12} />}
      </button>
    </th>
  );
}

const TONE: Record<VisitState, DotTone> = { browsing: "good", offer: "wait", chat: "accent", away: "off" };

const Row = memo(function Row({
  visit,
  open,
  onOpen,
}: {
  visit: Visit;
  open: boolean;
  onOpen(id: string): void;
}) {
  const { t } = useTranslation();
  const state = visitState(visit);
  const name = t("visitors.name", { id: visitorCode(visit.visitor_id) });
  return (
    <tr className={classes.row} data-open={open} onClick={() => onOpen(visit.id)}>
      <td>
        <button type="button" className={`${classes.open} clip`} aria-label={t("visitors.open", { name })}>
          {name}
        </button>
        <div className={classes.second}>
          {visit.visit_number === 1 ? t("visitors.first") : t("visitors.visit_n", { n: visit.visit_number })}
          <span className={classes.narrow}> · {t(`visitors.state.${state}`)}</span>
        </div>
      </td>
      <td>
        {visit.page ? (
          <>
            <div className="clip">{visit.page.title || shortUrl(visit.page.url)}</div>
            <div className={`${classes.second} clip`} title={visit.page.url}>
              {shortUrl(visit.page.url)}
            </div>
          </>
        ) : (
          <span className={classes.second}>{t("visitors.no_page")}</span>
        )}
      </td>
      <td className={classes.end}>{visit.page && <Elapsed since={visit.page.entered_at} />}</td>
      <td className={`${classes.end} ${classes.wide}`}>{visit.page_views}</td>
      <td className={`${classes.end} ${classes.wide}`}>
        <Elapsed since={visit.started_at} />
      </td>
      <td className={classes.wide}>
        <span className={classes.state}>
          <Dot tone={TONE[state]} />
          {t(`visitors.state.${state}`)}
        </span>
        {visit.offer_state && state === "offer" && (
          <div className={`${classes.second} ${classes.under} clip`}>{visit.offer_state.offer?.name}</div>
        )}
      </td>
      <td className={classes.wide}>
        <div className="clip">
          {[t(`visitors.devices.${visit.device}`), visit.browser].filter(Boolean).join(", ")}
        </div>
        <div className={`${classes.second} clip`}>{visit.language}</div>
      </td>
    </tr>
  );
});
