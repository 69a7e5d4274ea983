/** Owns the page of the live visitors: filter, table, and the drawer of one visit. The address holds what is shown. */
import { Button, CloseButton, Select, TextInput, VisuallyHidden } from "@mantine/core";
import { IconSearch, IconUserSearch, IconUsers } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearchParams } from "wouter";
import type { Visit } from "../../api/rest";
import { useSites, useVisits } from "../api/queries";
import { Empty, Loaded, LoadingRows } from "../ui/states";
import { usePageTitle } from "../ui/usePageTitle";
import { VisitDrawer } from "./VisitDrawer";
import classes from "./Visitors.module.css";
import { VisitTable } from "./VisitTable";
import { type Sort, type SortKey, selectVisits, VISIT_STATES, type VisitState } from "./visits";

interface View {
  text: string;
  state: VisitState | null;
  site: string | null;
  sort: Sort;
}

export function VisitorsPage({ open }: { open: string | null }) {
  const { t } = useTranslation();
  usePageTitle(t("visitors.title"));
  const [view, change, query] = useView();
  const visits = useVisits(view.site);
  const [, go] = useLocation();
  return (
    <div className={classes.page}>
      <Tools view={view} change={change} visits={visits.data} />
      <Loaded query={visits} loading={<LoadingRows rows={10} />}>
        {(data) => (
          <Rows
            visits={data}
            view={view}
            change={change}
            open={open}
            onOpen={(id) => go(`/visitors/${id}${query}`)}
          />
        )}
      </Loaded>
      <VisitDrawer id={open} onClose={() => go(`/visitors${query}`)} />
    </div>
  );
}

type Change = (name: string, value: string | null) => void;

function useView(): [View, Change, string] {
  const [params, setParams] = useSearchParams();
  const sort = params.get("sort") ?? "on_site";
  const state = VISIT_STATES.find((known) => known === params.get("state")) ?? null;
  const view: View = {
    text: params.get("q") ?? "",
    state,
    site: params.get("site"),
    sort: { key: sort.replace("-", "") as SortKey, down: sort.startsWith("-") },
  };
  const change: Change = (name, value) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const query = params.toString();
  return [view, change, query ? `?${query}` : ""];
}

function Tools({ view, change, visits }: { view: View; change: Change; visits: Visit[] | undefined }) {
  const { t } = useTranslation();
  const sites = useSites();
  return (
    <div className={classes.tools}>
      <VisuallyHidden component="h1">{t("visitors.title")}</VisuallyHidden>
      <TextInput
        size="xs"
        w={280}
        leftSection={<IconSearch size={14} />}
        aria-label={t("visitors.filter")}
        placeholder={t("visitors.filter")}
        value={view.text}
        onChange={(event) => change("q", event.currentTarget.value)}
        rightSection={
          view.text && (
            <CloseButton size="xs" aria-label={t("visitors.clear")} onClick={() => change("q", null)} />
          )
        }
      />
      <Select
        size="xs"
        w={140}
        aria-label={t("visitors.state_filter")}
        placeholder={t("visitors.all_states")}
        clearable
        data={VISIT_STATES.map((state) => ({ value: state, label: t(`visitors.state.${state}`) }))}
        value={view.state}
        onChange={(value) => change("state", value)}
      />
      {(sites.data?.length ?? 0) > 1 && (
        <Select
          size="xs"
          w={180}
          aria-label={t("visitors.site")}
          placeholder={t("visitors.all_sites")}
          clearable
          data={sites.data?.map((site) => ({ value: site.id, label: site.name })) ?? []}
          value={view.site}
          onChange={(value) => change("site", value)}
        />
      )}
      <span className={`${classes.count} num`} role="status">
        {visits && t("visitors.count", { count: visits.length })}
      </span>
    </div>
  );
}

interface RowsProps {
  visits: Visit[];
  view: View;
  change: Change;
  open: string | null;
  onOpen(id: string): void;
}

function Rows({ visits, view, change, open, onOpen }: RowsProps) {
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
  if (shown.length === 0) {
    const clear = () => {
      change("q", null);
      change("state", null);
    };
    return (
      <Empty
        icon={IconUserSearch}
        title={t("visitors.no_match_title")}
        action={
          <Button variant="default" onClick={clear}>
            {t("visitors.clear")}
          </Button>
        }
      />
    );
  }
  return (
    <VisitTable
      visits={shown}
      sort={view.sort}
      onSort={(sort) => change("sort", `${sort.down ? "-" : ""}${sort.key}`)}
      open={open}
      onOpen={onOpen}
    />
  );
}
