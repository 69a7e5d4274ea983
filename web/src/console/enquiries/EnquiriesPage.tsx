/** Owns the page of enquiries: filters, the list, and one enquiry beside it. The address holds what is shown. */
import { IconInbox } from "@tabler/icons-react";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Enquiry, EnquiryState, Site } from "../../api/rest";
import { type EnquiryView, useEnquiries, useQueues, useSites } from "../api/queries";
import { FilterBar, FilterSelect, SearchField, SiteSelect } from "../lists/FilterBar";
import { ListBody } from "../lists/ListBody";
import { Rows, SplitList } from "../lists/SplitList";
import { type ListView, useListView } from "../lists/useListView";
import { Empty, Loaded, LoadingRows } from "../ui/states";
import { Ago } from "../ui/time";
import { usePageTitle } from "../ui/usePageTitle";
import { EnquiryPanel } from "./EnquiryPanel";

const STATES: readonly EnquiryState[] = ["open", "done"];
const FILTERS = ["q", "state", "queue"] as const;
/** Other sites have others. */
const OF_A_SITE = ["queue"] as const;

export function EnquiriesPage({ open }: { open: string | null }) {
  const { t } = useTranslation();
  usePageTitle(t("enquiries.title"));
  const sites = useSites();
  return (
    <Loaded query={sites} loading={<LoadingRows rows={10} />}>
      {(items) =>
        items[0] ? (
          <OfSite sites={items} first={items[0].id} open={open} />
        ) : (
          <Empty icon={IconInbox} title={t("enquiries.no_site_title")} text={t("enquiries.empty_text")} />
        )
      }
    </Loaded>
  );
}

function OfSite({ sites, first, open }: { sites: Site[]; first: string; open: string | null }) {
  const { t } = useTranslation();
  const list = useListView();
  const view: EnquiryView = {
    site: sites.find((known) => known.id === list.read("site"))?.id ?? first,
    state: STATES.find((known) => known === list.read("state")) ?? null,
    queue: list.read("queue"),
    q: list.read("q") ?? "",
  };
  const query = useEnquiries(view);
  const filtered = FILTERS.some((name) => list.read(name));
  return (
    <SplitList
      open={open !== null}
      back={{ href: `/enquiries${list.query}`, label: t("enquiries.back") }}
      list={
        <>
          <Tools sites={sites} view={view} change={list.change} />
          <ListBody
            query={query}
            rowHeight={56}
            empty={{ icon: IconInbox, title: t("enquiries.empty_title"), text: t("enquiries.empty_text") }}
            clear={filtered ? () => list.clear(FILTERS) : undefined}
          >
            {(items, more, loading) => (
              <Rows
                label={t("enquiries.list")}
                items={items}
                open={open}
                row={(enquiry) => ({
                  key: enquiry.id,
                  href: `/enquiries/${enquiry.id}${list.query}`,
                  tone: enquiry.state === "open" ? "wait" : "off",
                  name: enquiry.name || enquiry.email || t("enquiries.nameless"),
                  when: <Ago at={enquiry.created_at} />,
                  preview: previewOf(enquiry),
                })}
                more={more}
                loading={loading}
              />
            )}
          </ListBody>
        </>
      }
      item={<EnquiryPanel id={open} />}
    />
  );
}

interface ToolsProps {
  sites: Site[];
  view: EnquiryView;
  change: ListView["change"];
}

function Tools({ sites, view, change }: ToolsProps) {
  const { t } = useTranslation();
  const queues = useQueues(view.site);
  const search = useCallback((text: string) => change("q", text), [change]);
  return (
    <FilterBar title={t("enquiries.title")}>
      <SearchField label={t("enquiries.search")} value={view.q} onChange={search} />
      <FilterSelect
        label={t("enquiries.state_filter")}
        all={t("enquiries.all_states")}
        data={STATES.map((state) => ({ value: state, label: t(`enquiries.state.${state}`) }))}
        value={view.state}
        onChange={(value) => change("state", value)}
      />
      {(queues.data?.length ?? 0) > 1 && (
        <FilterSelect
          label={t("enquiries.queue_filter")}
          all={t("enquiries.all_queues")}
          data={queues.data?.map((queue) => ({ value: queue.id, label: queue.name })) ?? []}
          value={view.queue}
          onChange={(value) => change("queue", value)}
        />
      )}
      <SiteSelect sites={sites} value={view.site} onChange={(site) => change("site", site, OF_A_SITE)} />
    </FilterBar>
  );
}

/** The longest answer says most of what it is about. */
function previewOf({ answers }: Enquiry): string {
  return answers.reduce((longest, { value }) => (value.length > longest.length ? value : longest), "");
}
