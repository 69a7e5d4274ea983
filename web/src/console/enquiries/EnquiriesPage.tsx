/** Owns the page of enquiries: filters, the list, and one enquiry beside it. The address holds what is shown. */
import { Button, CloseButton, Select, TextInput, VisuallyHidden } from "@mantine/core";
import { IconInbox, IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";
import type { Enquiry, EnquiryState, Site } from "../../api/rest";
import { useEnquiries, useQueues, useSites } from "../api/queries";
import { Dot } from "../ui/Dot";
import { Empty, LoadError, Loaded, LoadingRows } from "../ui/states";
import { Ago } from "../ui/time";
import { usePageTitle } from "../ui/usePageTitle";
import classes from "./Enquiries.module.css";
import { EnquiryPanel } from "./EnquiryPanel";

const SEARCH_AFTER_MS = 300;
const STATES: readonly EnquiryState[] = ["open", "done"];

export function EnquiriesPage({ open }: { open: string | null }) {
  const { t } = useTranslation();
  usePageTitle(t("enquiries.title"));
  const sites = useSites();
  return (
    <Loaded query={sites} loading={<LoadingRows rows={10} />}>
      {(items) =>
        items[0] ? (
          <OfSite sites={items} open={open} />
        ) : (
          <Empty icon={IconInbox} title={t("enquiries.no_site_title")} text={t("enquiries.empty_text")} />
        )
      }
    </Loaded>
  );
}

function OfSite({ sites, open }: { sites: Site[]; open: string | null }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const site = sites.find((known) => known.id === params.get("site")) ?? sites[0];
  const view = {
    site: site?.id ?? "",
    state: STATES.find((known) => known === params.get("state")) ?? null,
    queue: params.get("queue"),
    q: params.get("q") ?? "",
  };
  const change = (name: string, value: string | null) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const enquiries = useEnquiries(view);
  const query = params.toString() ? `?${params}` : "";
  const pages = enquiries.data?.pages ?? [];
  const items = pages.flatMap((page) => page.items);
  return (
    <div className={classes.page} data-open={open !== null}>
      <div className={classes.left}>
        <Tools sites={sites} view={view} change={change} />
        {enquiries.isError ? (
          <LoadError error={enquiries.error} retry={() => void enquiries.refetch()} />
        ) : enquiries.data ? (
          <List
            items={items}
            open={open}
            query={query}
            filtered={Boolean(view.q || view.state || view.queue)}
          />
        ) : (
          <LoadingRows rows={8} height={48} />
        )}
        {enquiries.hasNextPage && (
          <Button
            variant="default"
            m="md"
            loading={enquiries.isFetchingNextPage}
            onClick={() => void enquiries.fetchNextPage()}
          >
            {t("enquiries.more")}
          </Button>
        )}
      </div>
      <EnquiryPanel id={open} back={`/enquiries${query}`} />
    </div>
  );
}

interface ToolsProps {
  sites: Site[];
  view: { site: string; state: EnquiryState | null; queue: string | null; q: string };
  change(name: string, value: string | null): void;
}

function Tools({ sites, view, change }: ToolsProps) {
  const { t } = useTranslation();
  const queues = useQueues(view.site);
  return (
    <div className={classes.tools}>
      <VisuallyHidden component="h1">{t("enquiries.title")}</VisuallyHidden>
      <Search value={view.q} onChange={(text) => change("q", text)} />
      <Select
        size="xs"
        w={110}
        aria-label={t("enquiries.state_filter")}
        placeholder={t("enquiries.all_states")}
        clearable
        data={STATES.map((state) => ({ value: state, label: t(`enquiries.state.${state}`) }))}
        value={view.state}
        onChange={(value) => change("state", value)}
      />
      {(queues.data?.length ?? 0) > 1 && (
        <Select
          size="xs"
          w={140}
          aria-label={t("enquiries.queue_filter")}
          placeholder={t("enquiries.all_queues")}
          clearable
          data={queues.data?.map((queue) => ({ value: queue.id, label: queue.name })) ?? []}
          value={view.queue}
          onChange={(value) => change("queue", value)}
        />
      )}
      {sites.length > 1 && (
        <Select
          size="xs"
          w={140}
          aria-label={t("enquiries.site")}
          allowDeselect={false}
          data={sites.map((site) => ({ value: site.id, label: site.name }))}
          value={view.site}
          onChange={(value) => change("site", value)}
        />
      )}
    </div>
  );
}

/** What is typed is searched a moment after the last key. */
function Search({ value, onChange }: { value: string; onChange(text: string): void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <TextInput
      size="xs"
      className={classes.search}
      leftSection={<IconSearch size={14} />}
      aria-label={t("enquiries.search")}
      placeholder={t("enquiries.search")}
      maxLength={100}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      rightSection={
        text && <CloseButton size="xs" aria-label={t("enquiries.clear")} onClick={() => setText("")} />
      }
    />
  );
}

interface ListProps {
  items: Enquiry[];
  open: string | null;
  query: string;
  filtered: boolean;
}

function List({ items, open, query, filtered }: ListProps) {
  const { t } = useTranslation();
  if (items.length === 0) {
    return filtered ? (
      <Empty icon={IconSearch} title={t("enquiries.no_match_title")} />
    ) : (
      <Empty icon={IconInbox} title={t("enquiries.empty_title")} text={t("enquiries.empty_text")} />
    );
  }
  return (
    <ul className={classes.rows} aria-label={t("enquiries.list")}>
      {items.map((enquiry) => (
        <li key={enquiry.id}>
          <Link
            href={`/enquiries/${enquiry.id}${query}`}
            className={classes.row}
            aria-current={enquiry.id === open ? "true" : undefined}
          >
            <span className={classes.rowHead}>
              <Dot tone={enquiry.state === "open" ? "wait" : "off"} />
              <span className={`${classes.name} clip`}>
                {enquiry.name || enquiry.email || t("enquiries.nameless")}
              </span>
              <span className={classes.when}>
                <Ago at={enquiry.created_at} />
              </span>
            </span>
            <span className={`${classes.preview} clip`}>{previewOf(enquiry)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** The longest answer says most of what it is about. */
function previewOf({ answers }: Enquiry): string {
  return answers.reduce((longest, { value }) => (value.length > longest.length ? value : longest), "");
}
