/** Owns the list of customers: search, and as many rows as are scrolled to. The address holds what is shown. */
import { Button, CloseButton, Menu, Select, TextInput, VisuallyHidden } from "@mantine/core";
import {
  IconAddressBook,
  IconDots,
  IconDownload,
  IconForms,
  IconPlus,
  IconSearch,
  IconUpload,
  IconUserSearch,
} from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useSearchParams } from "wouter";
import type { Customer, Site } from "../../api/rest";
import { useSites } from "../api/queries";
import { useUser } from "../shell/user";
import { Empty, LoadError, Loaded, LoadingRows } from "../ui/states";
import { Ago } from "../ui/time";
import { usePageTitle } from "../ui/usePageTitle";
import classes from "./Customers.module.css";
import { customerName } from "./name";
import { useCustomers, useDirectory } from "./queries";

const ROW_HEIGHT = 53;
const SEARCH_MS = 250;

export function CustomersPage() {
  const { t } = useTranslation();
  usePageTitle(t("customers.title"));
  const sites = useSites();
  return (
    <Loaded query={sites} loading={<LoadingRows rows={10} />}>
      {(items) =>
        items[0] ? (
          <Directory sites={items} first={items[0].id} />
        ) : (
          <Empty
            icon={IconAddressBook}
            title={t("customers.no_site_title")}
            text={t("customers.no_site_text")}
          />
        )
      }
    </Loaded>
  );
}

function Directory({ sites, first }: { sites: Site[]; first: string }) {
  const [params, setParams] = useSearchParams();
  const site = sites.find((known) => known.id === params.get("site"))?.id ?? first;
  const search = params.get("q") ?? "";
  const change = (name: string, value: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return (
    <div className={classes.list}>
      <Tools sites={sites} site={site} search={search} change={change} />
      <Rows site={site} search={search} clear={() => change("q", "")} />
    </div>
  );
}

interface ToolsProps {
  sites: Site[];
  site: string;
  search: string;
  change(name: string, value: string): void;
}

function Tools({ sites, site, search, change }: ToolsProps) {
  const { t } = useTranslation();
  const { role } = useUser();
  const directory = useDirectory(site);
  const [text, setText] = useState(search);
  useEffect(() => setText(search), [search]);
  useEffect(() => {
    if (text === search) return;
    const timer = setTimeout(() => change("q", text), SEARCH_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div className={classes.tools}>
      <VisuallyHidden component="h1">{t("customers.title")}</VisuallyHidden>
      <TextInput
        size="xs"
        w={280}
        leftSection={<IconSearch size={14} />}
        aria-label={t("customers.search")}
        placeholder={t("customers.search")}
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.currentTarget.value)}
        rightSection={
          text && <CloseButton size="xs" aria-label={t("customers.clear")} onClick={() => change("q", "")} />
        }
      />
      {sites.length > 1 && (
        <Select
          size="xs"
          w={200}
          aria-label={t("customers.site")}
          data={sites.map(({ id, name }) => ({ value: id, label: name }))}
          value={site}
          allowDeselect={false}
          onChange={(value) => change("site", value ?? "")}
        />
      )}
      <span className={`${classes.count} num`} role="status">
        {directory.data && t("customers.count", { count: directory.data.customers })}
      </span>
      <span className={classes.spring} />
      <Button
        size="xs"
        component={Link}
        href={`/customers/new?site=${site}`}
        leftSection={<IconPlus size={14} />}
      >
        {t("customers.add")}
      </Button>
      {role !== "agent" && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button size="xs" variant="default" aria-label={t("action.more")}>
              <IconDots size={16} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {role === "admin" && (
              <Menu.Item
                component={Link}
                href={`/customers/import?site=${site}`}
                leftSection={<IconUpload size={16} />}
              >
                {t("customers.import.title")}
              </Menu.Item>
            )}
            <Menu.Item
              component="a"
              href={`/api/v1/sites/${site}/customers.csv`}
              leftSection={<IconDownload size={16} />}
            >
              {t("customers.export_all")}
            </Menu.Item>
            {role === "admin" && (
              <Menu.Item
                component={Link}
                href={`/customers/fields?site=${site}`}
                leftSection={<IconForms size={16} />}
              >
                {t("customers.fields.title")}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}

function Rows({ site, search, clear }: { site: string; search: string; clear(): void }) {
  const { t } = useTranslation();
  const query = useCustomers(site, search);
  if (query.data === undefined) {
    return query.isError ? (
      <LoadError error={query.error} retry={() => void query.refetch()} />
    ) : (
      <LoadingRows rows={10} />
    );
  }
  const customers = query.data.pages.flatMap((page) => page.items);
  if (customers.length === 0 && search) {
    return (
      <Empty
        icon={IconUserSearch}
        title={t("customers.no_match_title")}
        action={
          <Button variant="default" onClick={clear}>
            {t("customers.clear")}
          </Button>
        }
      />
    );
  }
  if (customers.length === 0)
    return (
      <Empty icon={IconAddressBook} title={t("customers.empty_title")} text={t("customers.empty_text")} />
    );
  return (
    <Table
      customers={customers}
      more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : null}
      loading={query.isFetchingNextPage}
    />
  );
}

function Table({
  customers,
  more,
  loading,
}: {
  customers: Customer[];
  more: (() => void) | null;
  loading: boolean;
}) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const frame = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: customers.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= customers.length - 20) more();
  });
  const above = items[0]?.start ?? 0;
  const below = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <section className={classes.scroll} ref={frame} aria-label={t("customers.title")} aria-busy={loading}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("customers.column.name")}</th>
            <th scope="col">{t("customers.column.email")}</th>
            <th scope="col" className={classes.wide}>
              {t("customers.column.company")}
            </th>
            <th scope="col" className={classes.wide}>
              {t("customers.column.ref")}
            </th>
            <th scope="col" className={classes.wide}>
              {t("customers.column.updated")}
            </th>
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr style={{ height: above }} />}
          {items.map((item) => {
            const customer = customers[item.index];
            return (
              customer && (
                <tr
                  key={customer.id}
                  onClick={() => go(`/customers/${customer.id}`)}
                  style={{ cursor: "pointer" }}
                >
                  <td>
                    <Link href={`/customers/${customer.id}`} className={classes.name}>
                      {customerName(customer)}
                    </Link>
                  </td>
                  <td>{customer.email}</td>
                  <td className={classes.wide}>{customer.company}</td>
                  <td className={classes.wide}>{customer.customer_ref}</td>
                  <td className={classes.wide}>
                    <Ago at={customer.updated_at} />
                  </td>
                </tr>
              )
            );
          })}
          {below > 0 && <tr style={{ height: below }} />}
        </tbody>
      </table>
    </section>
  );
}
