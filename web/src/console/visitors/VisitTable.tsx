/** Owns the columns of the table of live visits, and what stands in them. */
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Visit } from "../../api/rest";
import { LinkSign } from "../customers/Proof";
import { type Column, VirtualTable } from "../lists/VirtualTable";
import { Dot, type DotTone } from "../ui/Dot";
import { shortUrl } from "../ui/format";
import { Elapsed } from "../ui/time";
import { useVisitorName } from "./useVisitorName";
import classes from "./Visitors.module.css";
import {
  lastOffer,
  type OfferEnd,
  type Sort,
  type SortKey,
  VISIT_STATES,
  type VisitState,
  visitState,
} from "./visits";

const TONE: Record<VisitState, DotTone> = { browsing: "good", offer: "wait", chat: "accent", left: "off" };

const COLUMNS = ["visitor", "page", "on_page", "pages", "on_site", "offers", "state", "from"] as const;
const OFFER_ENDS: readonly OfferEnd[] = [
  "open",
  "accepted",
  "accepted_late",
  "rejected",
  "ignored",
  "passively_ignored",
  "withdrawn",
];
const DEVICES = ["desktop", "tablet", "phone"] as const;
const PROOFS = ["signed", "claimed"] as const;

interface VisitTableProps {
  visits: Visit[];
  sort: Sort;
  onSort(sort: Sort): void;
  open: string | null;
  onOpen(id: string): void;
}

export function VisitTable({ visits, sort, onSort, open, onOpen }: VisitTableProps) {
  const { t } = useTranslation();
  const name = useVisitorName();
  const columns = useMemo(() => columnsOf({ ...wordsOf(t), name }), [t, name]);
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

type Words = ReturnType<typeof wordsOf> & { name: ReturnType<typeof useVisitorName> };

/** What stands in the cells, looked up once. */
function wordsOf(t: TFunction) {
  const each = <Name extends string>(names: readonly Name[], text: (name: Name) => string) =>
    Object.fromEntries(names.map((name) => [name, text(name)])) as Record<Name, string>;
  const by_hand = t("customers.by_hand");
  return {
    column: each(COLUMNS, (name) => t(`visitors.column.${name}`)),
    state: each(VISIT_STATES, (name) => t(`visitors.state.${name}`)),
    offer: each(OFFER_ENDS, (name) => t(`visitors.presentation.${name}`)),
    link: { ...each(PROOFS, (name) => t(`customers.proof.${name}`)), by_hand },
    link_text: {
      ...each(PROOFS, (name) => `${t(`customers.proof.${name}`)}. ${t(`customers.proof_text.${name}`)}`),
      by_hand,
    },
    device: each(DEVICES, (name) => t(`visitors.devices.${name}`)),
    first: t("visitors.first"),
    no_page: t("visitors.no_page"),
    none: t("visitors.no_offers"),
    offers: (count: number) => t("visitors.offers", { count }),
    visit_n: (n: number) => t("visitors.visit_n", { n }),
    open: (name: string) => t("visitors.open", { name }),
  };
}

function columnsOf(words: Words): Column<Visit, SortKey>[] {
  const sorted = (key: SortKey) => ({
    key,
    name: words.column[key],
    sort: { key, down: key !== "on_site" && key !== "page" },
  });
  const [figures, time] = [
    { width: "84px", end: true, wide: true },
    { width: "96px", end: true },
  ];
  return [
    { ...sorted("visitor"), width: "152px", cell: (visit) => nameCell(visit, words) },
    { ...sorted("page"), cell: (visit) => pageCell(visit, words) },
    { ...sorted("on_page"), ...time, cell: (visit) => onPageCell(visit, words) },
    { ...sorted("pages"), ...figures, cell: ({ page_views }) => page_views },
    { ...sorted("on_site"), ...time, wide: true, cell: ({ started_at }) => <Elapsed since={started_at} /> },
    { ...sorted("offers"), width: "132px", wide: true, cell: (visit) => offersCell(visit, words) },
    { ...sorted("state"), width: "160px", wide: true, cell: (visit) => stateCell(visit, words) },
    {
      key: "from",
      name: words.column.from,
      width: "180px",
      wide: true,
      cell: (visit) => fromCell(visit, words),
    },
  ];
}

function nameCell(visit: Visit, words: Words) {
  const name = words.name(visit);
  const link = visit.customer?.proof;
  return (
    <>
      <div className={classes.name}>
        <button type="button" className={`${classes.open} clip`} aria-label={words.open(name)}>
          {name}
        </button>
        {link && <LinkSign link={link} word={words.link[link]} text={words.link_text[link]} />}
      </div>
      <div className={classes.second}>
        {visit.visit_number === 1 ? words.first : words.visit_n(visit.visit_number)}
        <span className={classes.narrow}> · {words.state[visitState(visit)]}</span>
      </div>
    </>
  );
}

function pageCell({ page }: Visit, words: Words) {
  if (!page) return <span className={classes.second}>{words.no_page}</span>;
  const address = shortUrl(page.url);
  return (
    <>
      <div className="clip">{page.title || address}</div>
      <div className={`${classes.second} clip`} title={page.url}>
        {address}
      </div>
    </>
  );
}

/** Where there is no room for their column, the offers stand here. */
function onPageCell({ page, offers }: Visit, words: Words) {
  return (
    <>
      {page && <Elapsed since={page.entered_at} />}
      {offers > 0 && (
        <div className={classes.second}>
          <span className={classes.narrow}>{words.offers(offers)}</span>
        </div>
      )}
    </>
  );
}

function offersCell(visit: Visit, words: Words) {
  const last = lastOffer(visit);
  if (last === null) return <span className={classes.second}>{words.none}</span>;
  return (
    <>
      <div className="num">{visit.offers}</div>
      <div className={`${classes.second} clip`}>{words.offer[last]}</div>
    </>
  );
}

function stateCell(visit: Visit, words: Words) {
  const state = visitState(visit);
  return (
    <>
      <span className={classes.state}>
        <Dot tone={TONE[state]} />
        {words.state[state]}
      </span>
      {visit.offer_state && state === "offer" && (
        <div className={`${classes.second} ${classes.under} clip`}>{visit.offer_state.offer?.name}</div>
      )}
    </>
  );
}

function fromCell({ device, browser, language }: Visit, words: Words) {
  return (
    <>
      <div className="clip">{[words.device[device], browser].filter(Boolean).join(", ")}</div>
      <div className={`${classes.second} clip`}>{language}</div>
    </>
  );
}
