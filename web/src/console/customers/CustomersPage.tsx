/** Owns the list of customers: search, and as many rows as are scrolled to. The address holds what is shown. */
import { Button, Menu } from "@mantine/core";
import {
  IconAddressBook,
  IconDots,
  IconDownload,
  IconForms,
  IconPlus,
  IconUpload,
} from "@tabler/icons-react";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import type { Customer, Site } from "../../api/rest";
import { useSites } from "../api/queries";
import { FilterBar, SearchField, SiteSelect } from "../lists/FilterBar";
import { ListBody } from "../lists/ListBody";
import listClasses from "../lists/Lists.module.css";
import { useListView } from "../lists/useListView";
import { type Column, VirtualTable } from "../lists/VirtualTable";
import { useUser } from "../shell/user";
import { Empty, Loaded, LoadingRows } from "../ui/states";
import { Ago } from "../ui/time";
import { usePageTitle } from "../ui/usePageTitle";
import classes from "./Customers.module.css";
import { customerName } from "./name";
import { useCustomers, useDirectory } from "./queries";

const SEARCH_CHARS_MAX = 200;

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
  const { t } = useTranslation();
  const [, go] = useLocation();
  const list = useListView();
  const site = sites.find((known) => known.id === list.read("site"))?.id ?? first;
  const search = list.read("q") ?? "";
  const { change } = list;
  const onSearch = useCallback((text: string) => change("q", text), [change]);
  const directory = useDirectory(site);
  const query = useCustomers(site, search);
  const columns = useColumns(list.query);
  return (
    <div className={listClasses.list}>
      <FilterBar
        title={t("customers.title")}
        count={directory.data && t("customers.count", { count: directory.data.customers })}
        actions={<Actions site={site} query={list.query} />}
      >
        <SearchField
          label={t("customers.search")}
          value={search}
          lengthMax={SEARCH_CHARS_MAX}
          onChange={onSearch}
        />
        <SiteSelect sites={sites} value={site} onChange={(id) => change("site", id)} />
      </FilterBar>
      <ListBody
        query={query}
        rowHeight={52}
        empty={{
          icon: IconAddressBook,
          title: t("customers.empty_title"),
          text: t("customers.empty_text"),
        }}
        clear={search ? () => change("q", null) : undefined}
      >
        {(items, more, loading) => (
          <VirtualTable
            label={t("customers.title")}
            columns={columns}
            items={items}
            keyOf={(customer) => customer.id}
            onOpen={(customer) => go(`/customers/${customer.id}${list.query}`)}
            more={more}
            loading={loading}
          />
        )}
      </ListBody>
    </div>
  );
}

function useColumns(query: string): Column<Customer, never>[] {
  const { t } = useTranslation();
  return useMemo(
    () => [
      {
        key: "name",
        name: t("customers.column.name"),
        cell: (customer) => (
          <Link href={`/customers/${customer.id}${query}`} className={classes.name}>
            {customerName(customer)}
          </Link>
        ),
      },
      { key: "email", name: t("customers.column.email"), cell: ({ email }) => email },
      { key: "company", name: t("customers.column.company"), wide: true, cell: ({ company }) => company },
      { key: "ref", name: t("customers.column.ref"), wide: true, cell: ({ customer_ref }) => customer_ref },
      {
        key: "updated",
        name: t("customers.column.updated"),
        wide: true,
        cell: ({ updated_at }) => <Ago at={updated_at} />,
      },
    ],
    [t, query],
  );
}

function Actions({ site, query }: { site: string; query: string }) {
  const { t } = useTranslation();
  const view = new URLSearchParams(query);
  view.set("site", site);
  const { role } = useUser();
  return (
    <>
      <Button size="xs" component={Link} href={`/customers/new?${view}`} leftSection={<IconPlus size={14} />}>
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
                href={`/customers/import?${view}`}
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
                href={`/customers/fields?${view}`}
                leftSection={<IconForms size={16} />}
              >
                {t("customers.fields.title")}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}
