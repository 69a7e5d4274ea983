/** Owns the page of ended chats: filters, the list, and one chat beside it. The address holds what is shown. */
import { Pill, TextInput } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Queue, Site } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { useAgents, useQueues, useSites } from "../api/queries";
import { customerName } from "../customers/name";
import { useCustomer } from "../customers/queries";
import { FilterBar, FilterSelect, SearchField, SiteSelect } from "../lists/FilterBar";
import { ListBody } from "../lists/ListBody";
import { type RowContent, Rows, SplitList } from "../lists/SplitList";
import { type ListView, useListView } from "../lists/useListView";
import { span } from "../ui/format";
import { Empty, Loaded, LoadingRows } from "../ui/states";
import { Ago } from "../ui/time";
import { usePageTitle } from "../ui/usePageTitle";
import { PastChat } from "./PastChat";
import { type HistoryView, PERIODS, type Period, useHistory } from "./queries";

const FILTERS = ["q", "queue", "agent", "customer", "disposition", "tag", "period"] as const;
/** Other sites have others. */
const OF_A_SITE = ["queue", "customer"] as const;
const TAG_AFTER_MS = 300;

export function HistoryPage({ open }: { open: string | null }) {
  const { t } = useTranslation();
  usePageTitle(t("history.title"));
  const sites = useSites();
  return (
    <Loaded query={sites} loading={<LoadingRows rows={10} />}>
      {(items) =>
        items[0] ? (
          <OfSite sites={items} first={items[0].id} open={open} />
        ) : (
          <Empty icon={IconHistory} title={t("history.no_site_title")} text={t("history.empty_text")} />
        )
      }
    </Loaded>
  );
}

function OfSite({ sites, first, open }: { sites: Site[]; first: string; open: string | null }) {
  const { t } = useTranslation();
  const list = useListView();
  const view = viewOf(list, sites, first);
  const query = useHistory(view);
  const filtered = FILTERS.some((name) => list.read(name));
  return (
    <SplitList
      open={open !== null}
      back={{ href: `/history${list.query}`, label: t("history.back") }}
      list={
        <>
          <Tools sites={sites} view={view} list={list} />
          <ListBody
            query={query}
            rowHeight={56}
            empty={{ icon: IconHistory, title: t("history.empty_title"), text: t("history.empty_text") }}
            clear={filtered ? () => list.clear(FILTERS) : undefined}
          >
            {(items, more, loading) => (
              <Rows
                label={t("history.list")}
                items={items}
                open={open}
                row={(chat) => rowOf(chat, `/history/${chat.id}${list.query}`, t("history.nobody"))}
                more={more}
                loading={loading}
              />
            )}
          </ListBody>
        </>
      }
      item={
        open === null ? (
          <Empty icon={IconHistory} title={t("history.choose_title")} text={t("history.choose_text")} />
        ) : (
          <PastChat key={open} id={open} />
        )
      }
    />
  );
}

function viewOf(list: ListView, sites: Site[], first: string): HistoryView {
  const period = list.read("period");
  return {
    site: sites.find((known) => known.id === list.read("site"))?.id ?? first,
    q: list.read("q") ?? "",
    queue: list.read("queue"),
    agent: list.read("agent"),
    customer: list.read("customer"),
    disposition: list.read("disposition"),
    tag: list.read("tag"),
    period: period !== null && period in PERIODS ? (period as Period) : null,
  };
}

function rowOf(chat: Chat, href: string, nobody: string): RowContent {
  const { agent, queue, noted, ended_at, answered_at } = chat;
  const lasted = answered_at !== null && ended_at !== null ? span(ended_at - answered_at) : null;
  return {
    key: chat.id,
    href,
    tone: answered_at === null ? "alarm" : "off",
    name: chat.visitor_name,
    when: ended_at !== null && <Ago at={ended_at} />,
    preview: [agent?.name ?? nobody, queue.name, lasted, noted.disposition, ...noted.tags]
      .filter(Boolean)
      .join(" · "),
  };
}

function Tools({ sites, view, list }: { sites: Site[]; view: HistoryView; list: ListView }) {
  const { t } = useTranslation();
  const queues = useQueues(view.site);
  const agents = useAgents();
  const change = list.change;
  const search = useSetter(change, "q");
  return (
    <FilterBar title={t("history.title")}>
      <SearchField label={t("history.search")} value={view.q} onChange={search} />
      <FilterSelect
        label={t("history.period")}
        all={t("history.all_times")}
        data={(Object.keys(PERIODS) as Period[]).map((value) => ({
          value,
          label: t(`history.periods.${value}`),
        }))}
        value={view.period}
        onChange={(value) => change("period", value)}
      />
      <FilterSelect
        label={t("history.queue")}
        all={t("history.all_queues")}
        data={(queues.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={view.queue}
        onChange={(value) => change("queue", value)}
      />
      <FilterSelect
        label={t("history.agent")}
        all={t("history.all_agents")}
        data={(agents.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={view.agent}
        onChange={(value) => change("agent", value)}
      />
      <FilterSelect
        label={t("history.disposition")}
        all={t("history.all_dispositions")}
        data={dispositionsOf(queues.data ?? [], view.disposition).map((value) => ({ value, label: value }))}
        value={view.disposition}
        onChange={(value) => change("disposition", value)}
      />
      <TagField value={view.tag ?? ""} onChange={(tag) => change("tag", tag)} />
      <SiteSelect sites={sites} value={view.site} onChange={(site) => change("site", site, OF_A_SITE)} />
      {view.customer && <CustomerPill id={view.customer} remove={() => change("customer", null)} />}
    </FilterBar>
  );
}

function useSetter(change: ListView["change"], name: string): (value: string) => void {
  const [set] = useState(() => (value: string) => change(name, value));
  return set;
}

/** What queues have now, and what is asked for though none has it any more. */
function dispositionsOf(queues: Queue[], wanted: string | null): string[] {
  const all = queues.flatMap(({ plan }) => plan.conduct.dispositions);
  return [...new Set(wanted ? [...all, wanted] : all)];
}

function TagField({ value, onChange }: { value: string; onChange(tag: string): void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => onChange(text.trim()), TAG_AFTER_MS);
    return () => clearTimeout(timer);
  });
  return (
    <TextInput
      size="xs"
      w={104}
      aria-label={t("history.tag")}
      placeholder={t("history.tag")}
      maxLength={40}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}

function CustomerPill({ id, remove }: { id: string; remove: () => void }) {
  const { t } = useTranslation();
  const customer = useCustomer(id);
  const name = customer.data ? customerName(customer.data) : t("history.customer");
  return (
    <Pill withRemoveButton onRemove={remove} removeButtonProps={{ "aria-label": t("history.any_customer") }}>
      {name}
    </Pill>
  );
}
