/** Owns taking a table into the directory: the file, its columns, the trial, the work, the report. */
import { Alert, Anchor, Button, FileButton, Group, Progress, Select, Text } from "@mantine/core";
import { IconAlertTriangle, IconFileOff, IconFileUpload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, Redirect, useLocation, useSearchParams } from "wouter";
import type { CustomerImport, CustomField } from "../../api/rest";
import { ApiError, request, sendFile } from "../api/http";
import { useSites } from "../api/queries";
import { Section } from "../ui/form";
import { told, warned } from "../ui/notify";
import { PageHead } from "../ui/PageHead";
import { Empty, Loaded } from "../ui/states";
import { Ago } from "../ui/time";
import classes from "./Customers.module.css";
import { customerKeys, useDirectory, useImport, useImports } from "./queries";

const TARGETS = ["customer_ref", "first_name", "last_name", "email", "phone", "company"] as const;

export function ImportPage() {
  const { t } = useTranslation();
  const sites = useSites();
  const [params] = useSearchParams();
  const id = params.get("id");
  const { list } = useWays();
  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <PageHead
          title={t("customers.import.title")}
          text={t("customers.import.text")}
          back={{ href: list, label: t("customers.title") }}
        />
        <Loaded query={sites}>
          {(items) => {
            const site = items.find((known) => known.id === params.get("site")) ?? items[0];
            if (!site) return <Redirect to="/customers" />;
            return id ? <OneImport site={site.id} id={id} /> : <Begin site={site.id} />;
          }}
        </Loaded>
      </div>
    </div>
  );
}

/** The addresses that lead on from here; each holds what the list was searched for. */
function useWays() {
  const [params] = useSearchParams();
  const view = new URLSearchParams(params);
  view.delete("id");
  const query = view.toString() && `?${view}`;
  return {
    list: `/customers${query}`,
    begin: `/customers/import${query}`,
    one: (id: string) => {
      view.set("id", id);
      return `/customers/import?${view}`;
    },
  };
}

function Begin({ site }: { site: string }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const ways = useWays();
  const imports = useImports(site);
  const send = useMutation({
    mutationFn: (file: File) => sendFile<CustomerImport>(`/sites/${site}/customer-imports`, file, "text/csv"),
    onSuccess: ({ id }) => go(ways.one(id)),
  });
  const reset = useRef<() => void>(null);
  const take = (file: File | null) => {
    // The same file counts as another choice once it was mended.
    reset.current?.();
    if (file) send.mutate(file);
  };
  return (
    <>
      <Section title={t("customers.import.file")}>
        <Text>{t("customers.import.file_text")}</Text>
        {send.error && (
          <Alert
            color="red"
            role="alert"
            icon={<IconAlertTriangle />}
            title={t("customers.import.not_taken")}
          >
            {send.error.message}
          </Alert>
        )}
        <FileButton accept=".csv,text/csv,text/tab-separated-values" resetRef={reset} onChange={take}>
          {(props) => (
            <Button
              {...props}
              loading={send.isPending}
              leftSection={<IconFileUpload size={16} />}
              style={{ alignSelf: "start" }}
            >
              {t("customers.import.choose")}
            </Button>
          )}
        </FileButton>
      </Section>
      <Loaded query={imports}>
        {(items) =>
          items.length === 0 ? (
            <Empty
              icon={IconFileUpload}
              title={t("customers.import.none_title")}
              text={t("customers.import.none_text")}
            />
          ) : (
            <Section title={t("customers.import.earlier")}>
              <ul className={classes.rows}>
                {items.map((one) => (
                  <li key={one.id}>
                    <div className={classes.grow}>
                      <Link className={classes.name} href={ways.one(one.id)}>
                        <Ago at={one.created_at} />
                      </Link>
                      <div className={classes.second}>
                        {t(`customers.import.state.${one.state}`)} ·{" "}
                        {t("customers.import.rows", { count: one.rows_total })}
                      </div>
                    </div>
                  </li>
                ))}
              </ul>
            </Section>
          )
        }
      </Loaded>
    </>
  );
}

function OneImport({ site, id }: { site: string; id: string }) {
  const found = useImport(id);
  const directory = useDirectory(site);
  if (found.error instanceof ApiError && found.error.status === 404) return <Gone />;
  return (
    <Loaded query={found}>
      {(one) => (
        <Loaded query={directory}>{({ fields }) => <Steps site={site} one={one} fields={fields} />}</Loaded>
      )}
    </Loaded>
  );
}

function Gone() {
  const { t } = useTranslation();
  const { begin } = useWays();
  return (
    <Empty
      icon={IconFileOff}
      title={t("customers.import.gone_title")}
      text={t("customers.import.gone_text")}
      action={
        <Anchor component={Link} href={begin}>
          {t("customers.import.to_imports")}
        </Anchor>
      }
    />
  );
}

function Steps({ site, one, fields }: { site: string; one: CustomerImport; fields: CustomField[] }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const ways = useWays();
  const path = `/customer-imports/${one.id}`;
  const changed = (next: CustomerImport) => queryClient.setQueryData(customerKeys.import(one.id), next);
  const begin = useMutation({
    mutationFn: () => request<CustomerImport>("POST", `${path}/begin`),
    onSuccess: changed,
    onError: (error) => warned(error.message),
  });
  const forget = useMutation({
    mutationFn: () => request<void>("DELETE", path),
    onSuccess: () => {
      told(t("customers.import.forgotten"));
      void queryClient.invalidateQueries({ queryKey: customerKeys.imports(site) });
      // The way back does not lead to what is no more.
      go(ways.begin, { replace: true });
      queryClient.removeQueries({ queryKey: customerKeys.import(one.id) });
    },
    onError: (error) => warned(error.message),
  });
  const working = one.state === "checking" || one.state === "running";
  const taken = one.created + one.updated;
  return (
    <>
      {one.state !== "done" && (
        <Columns one={one} fields={fields} changed={changed} locked={one.state === "running"} />
      )}
      <Section title={t(`customers.import.state.${one.state}`)}>
        {working && (
          <Progress
            value={(100 * one.rows_done) / one.rows_total}
            aria-label={t("customers.import.progress", { done: one.rows_done, total: one.rows_total })}
          />
        )}
        <Text role="status">
          {working
            ? t("customers.import.progress", { done: one.rows_done, total: one.rows_total })
            : t(one.state === "done" ? "customers.import.after.done" : "customers.import.after.checked")}
        </Text>
        <Counts one={one} />
        {one.state === "checked" && (
          <Group>
            <Button onClick={() => begin.mutate()} loading={begin.isPending} disabled={taken === 0}>
              {t("customers.import.begin", { count: taken })}
            </Button>
            <Button variant="default" onClick={() => forget.mutate()} loading={forget.isPending}>
              {t("customers.import.forget")}
            </Button>
          </Group>
        )}
        {one.state === "done" && (
          <Button component={Link} href={`/customers?site=${site}`} style={{ alignSelf: "start" }}>
            {t("customers.import.to_list")}
          </Button>
        )}
      </Section>
      {one.refused > 0 && <Problems one={one} />}
    </>
  );
}

function Counts({ one }: { one: CustomerImport }) {
  const { t } = useTranslation();
  const trial = one.state === "checking" || one.state === "checked";
  return (
    <dl className={classes.counts}>
      {(["created", "updated", "unchanged", "refused"] as const).map((key) => (
        <div key={key}>
          <dt>{t(trial ? `customers.import.would.${key}` : `customers.import.did.${key}`)}</dt>
          <dd>{one[key]}</dd>
        </div>
      ))}
    </dl>
  );
}

interface ColumnsProps {
  one: CustomerImport;
  fields: CustomField[];
  changed(next: CustomerImport): void;
  locked: boolean;
}

function Columns({ one, fields, changed, locked }: ColumnsProps) {
  const { t } = useTranslation();
  const save = useMutation({
    mutationFn: (targets: (string | null)[]) =>
      request<CustomerImport>("PATCH", `/customer-imports/${one.id}`, { targets }),
    onSuccess: changed,
    onError: (error) => warned(error.message),
  });
  const choices = [
    ...TARGETS.map((value) => ({ value: value as string, label: t(`customers.target.${value}`) })),
    ...fields.map(({ key, label }) => ({ value: `field:${key}`, label })),
  ];
  const choose = (at: number, target: string | null) =>
    save.mutate(
      one.columns.map((column, index) =>
        index === at ? target : column.target === target ? null : column.target,
      ),
    );
  return (
    <Section title={t("customers.import.columns")} text={t("customers.import.columns_text")}>
      <ul className={classes.rows}>
        {one.columns.map((column, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: columns are told apart by their place only
          <li key={at}>
            <div className={`${classes.grow} clip`}>
              {column.name || t("customers.import.unnamed", { n: at + 1 })}
            </div>
            <Select
              w={220}
              size="xs"
              aria-label={t("customers.import.taken_for", { name: column.name })}
              placeholder={t("customers.import.left_out")}
              data={choices}
              value={column.target}
              onChange={(target) => choose(at, target)}
              clearable
              disabled={locked}
              readOnly={save.isPending}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Problems({ one }: { one: CustomerImport }) {
  const { t } = useTranslation();
  return (
    <Section
      title={t("customers.import.problems")}
      text={t("customers.import.problems_text", { count: one.refused })}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.problems} tabIndex={0} aria-label={t("customers.import.problems")}>
        <ul className={classes.rows}>
          {one.problems.map(({ row, why }) => (
            <li key={row}>
              <span className="num">{t("customers.import.row", { n: row })}</span>
              <span className={classes.grow}>{why}</span>
            </li>
          ))}
        </ul>
      </section>
    </Section>
  );
}
