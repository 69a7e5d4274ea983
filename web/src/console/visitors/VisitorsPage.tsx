/** Owns the page of the live visitors: filter, table, and the drawer of one visit. The address holds what is shown. */
import { IconUsers } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { LiveVisits, Visit } from "../../api/rest";
import { useSites, useVisits } from "../api/queries";
import { FilterBar, FilterSelect, SearchField } from "../lists/FilterBar";
import { NothingFits } from "../lists/ListBody";
import listClasses from "../lists/Lists.module.css";
import { type ListView, useListView } from "../lists/useListView";
import { Empty, Loaded, LoadingRows } from "../ui/states";
import { usePageTitle } from "../ui/usePageTitle";
import { VisitDrawer } from "./VisitDrawer";
import { VisitTable } from "./VisitTable";
import { FILTER_STATES, type Sort, selectVisits, sortOf, type VisitState } from "./visits";

interface View {
  text: string;
  state: VisitState | null;
  site: string | null;
  sort: Sort;
}

export function VisitorsPage({ open }: { open: string | null }) {
  const { t } = useTranslation();
  usePageTitle(t("visitors.title"));
  const list = useListView();
  const view = viewOf(list);
  const { change, query } = list;
  const visits = useVisits(view.site);
  const [, go] = useLocation();
  return (
    <div className={listClasses.list}>
      <Tools view={view} change={change} visits={visits.data} />
      <Loaded query={visits} loading={<LoadingRows rows={10} />}>
        {(data) => (
          <Rows
            visits={data.items}
            view={view}
            list={list}
            open={open}
            onOpen={(id) => go(`/visitors/${id}${query}`)}
          />
        )}
      </Loaded>
      <VisitDrawer id={open} onClose={() => go(`/visitors${query}`)} />
    </div>
  );
}

function viewOf(list: ListView): View {
  return {
    text: list.read("q") ?? "",
    state: FILTER_STATES.find((known) => known === list.read("state")) ?? null,
    site: list.read("site"),
    sort: sortOf(list.read("sort")),
  };
}

interface ToolsProps {
  view: View;
  change: ListView["change"];
  visits: LiveVisits | undefined;
}

function Tools({ view, change, visits }: ToolsProps) {
  const { t } = useTranslation();
  const sites = useSites();
  const filter = useCallback((text: string) => change("q", text), [change]);
  return (
    <FilterBar title={t("visitors.title")} count={visits && countOf(visits, t)}>
      <SearchField label={t("visitors.filter")} value={view.text} immediate onChange={filter} />
      <FilterSelect
        label={t("visitors.state_filter")}
        all={t("visitors.all_states")}
        data={FILTER_STATES.map((state) => ({ value: state, label: t(`visitors.state.${state}`) }))}
        value={view.state}
        onChange={(value) => change("state", value)}
      />
      {(sites.data?.length ?? 0) > 1 && (
        <FilterSelect
          label={t("visitors.site")}
          all={t("visitors.all_sites")}
          data={sites.data?.map((site) => ({ value: site.id, label: site.name })) ?? []}
          value={view.site}
          onChange={(value) => change("site", value)}
        />
      )}
    </FilterBar>
  );
}

/** What the server cuts off are those who came first. */
function countOf({ items, cut }: LiveVisits, t: TFunction): string {
  return cut ? t("visitors.cut", { shown: items.length }) : t("visitors.count", { count: items.length });
}

interface RowsProps {
  visits: Visit[];
  view: View;
  list: ListView;
  open: string | null;
  onOpen(id: string): void;
}

function Rows({ visits, view, list, open, onOpen }: RowsProps) {
  const { t } = useTranslation();
  const { text, state } = view;
  const { key, down } = view.sort;
  const shown = useMemo(
    () => selectVisits(visits, { text, state }, { key, down }),
    [visits, text, state, key, down],
  );
  if (visits.length === 0) {
    return <Empty icon={IconUsers} title={t("visitors.empty_title")} text={t("visitors.empty_text")} />;
  }
  if (shown.length === 0) return <NothingFits clear={() => list.clear(["q", "state"])} />;
  return (
    <VisitTable
      visits={shown}
      sort={view.sort}
      onSort={(sort) => list.change("sort", `${sort.down ? "-" : ""}${sort.key}`)}
      open={open}
      onOpen={onOpen}
    />
  );
}
