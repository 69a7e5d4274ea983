/** Owns one customer: the record to edit, visits and chats, and what is done to it seldom: merge, export, erase. */
import { ActionIcon, Menu, Text, TextInput } from "@mantine/core";
import { closeAllModals, openConfirmModal, openModal } from "@mantine/modals";
import { IconArrowBackUp, IconArrowMerge, IconDots, IconDownload, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Link, Redirect, useLocation } from "wouter";
import type { Customer, CustomerBody, CustomField } from "../../api/rest";
import { request } from "../api/http";
import { useSites } from "../api/queries";
import { useListView } from "../lists/useListView";
import { useUser } from "../shell/user";
import { changes } from "../ui/changes";
import { compact } from "../ui/check";
import { type FieldErrors, useEditor } from "../ui/editor";
import { EditForm, Section, Two } from "../ui/form";
import { told, warned } from "../ui/notify";
import { PageHead } from "../ui/PageHead";
import { Loaded } from "../ui/states";
import { Ago } from "../ui/time";
import { CustomerPicker } from "./CustomerPicker";
import classes from "./Customers.module.css";
import { EraseForm } from "./EraseForm";
import { customerName } from "./name";
import { PastChats, PastVisits } from "./Past";
import { customerKeys, useCustomer, useDirectory, useHistory } from "./queries";

const NOTHING: CustomerBody = {
  customer_ref: "",
  first_name: "",
  last_name: "",
  email: "",
  phone: "",
  company: "",
  fields: {},
};

export function NewCustomerPage() {
  const { t } = useTranslation();
  const sites = useSites();
  const list = useListView();
  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <PageHead
          title={t("customers.new_title")}
          back={{ href: `/customers${list.query}`, label: t("customers.title") }}
        />
        <Loaded query={sites}>
          {(items) => {
            const site = items.find(({ id }) => id === list.read("site")) ?? items[0];
            return site ? <NewCustomer site={site.id} query={list.query} /> : <Redirect to="/customers" />;
          }}
        </Loaded>
      </div>
    </div>
  );
}

function NewCustomer({ site, query }: { site: string; query: string }) {
  const { t } = useTranslation();
  const directory = useDirectory(site);
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const save = (values: CustomerBody) =>
    request<Customer>("POST", `/sites/${site}/customers`, bodyOf(values));
  const saved = (customer: Customer) => {
    void queryClient.invalidateQueries({ queryKey: customerKeys.all });
    go(`/customers/${customer.id}${query}`);
  };
  return (
    <Loaded query={directory}>
      {({ fields }) => (
        <Record initial={NOTHING} fields={fields} save={save} saved={saved} submit={t("action.create")} />
      )}
    </Loaded>
  );
}

export function CustomerPage({ id }: { id: string }) {
  const customer = useCustomer(id);
  const { query } = useListView();
  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <Loaded query={customer}>
          {(data) =>
            data.merged_into ? (
              <Redirect to={`/customers/${data.merged_into}${query}`} replace />
            ) : (
              <Known customer={data} list={`/customers${query}`} />
            )
          }
        </Loaded>
      </div>
    </div>
  );
}

interface KnownProps {
  customer: Customer;
  /** The address of the list as it was. */
  list: string;
}

function Known({ customer, list }: KnownProps) {
  const { t } = useTranslation();
  const directory = useDirectory(customer.site_id);
  const queryClient = useQueryClient();
  const path = `/customers/${customer.id}`;
  const save = (values: CustomerBody, stored: CustomerBody) =>
    request<Customer>("PATCH", path, changes(bodyOf(stored), bodyOf(values)));
  const now = async () => formOf(await request<Customer>("GET", path));
  const saved = (changed: Customer) => {
    queryClient.setQueryData(customerKeys.one(customer.id), changed);
    void queryClient.invalidateQueries({ queryKey: ["customers", "list"] });
  };
  return (
    <>
      <PageHead title={customerName(customer)} back={{ href: list, label: t("customers.title") }}>
        <Actions customer={customer} list={list} />
      </PageHead>
      <div className={classes.columns}>
        <Loaded query={directory}>
          {({ fields }) => (
            <Record initial={formOf(customer)} fields={fields} save={save} now={now} saved={saved} />
          )}
        </Loaded>
        <History customer={customer} />
      </div>
    </>
  );
}

function Actions({ customer, list }: KnownProps) {
  const { t } = useTranslation();
  const { role } = useUser();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const merge = useMutation({
    mutationFn: (gone_id: string) =>
      request<Customer>("POST", `/customers/${customer.id}/merge`, { gone_id }),
    onSuccess: () => {
      told(t("customers.merge.done"));
      void queryClient.invalidateQueries({ queryKey: customerKeys.all });
    },
    onError: (error) => warned(error.message),
  });
  if (role === "agent") return null;
  const ask_merge = () =>
    openModal({
      title: t("customers.merge.title", { name: customerName(customer) }),
      children: (
        <CustomerPicker
          site={customer.site_id}
          text={t("customers.merge.text")}
          except={customer.id}
          action={t("customers.merge.action")}
          pick={(gone) => {
            closeAllModals();
            merge.mutate(gone.id);
          }}
        />
      ),
    });
  const ask_erase = () =>
    openModal({
      title: t("customers.erase.title", { name: customerName(customer) }),
      children: (
        <EraseForm
          customer={customer}
          done={() => {
            closeAllModals();
            go(list);
            // What was read of this customer is not there to be read again.
            void queryClient.invalidateQueries({
              queryKey: customerKeys.all,
              predicate: ({ queryKey }) => !queryKey.includes(customer.id),
            });
          }}
        />
      ),
    });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={36} loading={merge.isPending} aria-label={t("action.more")}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconArrowMerge size={16} />} onClick={ask_merge}>
          {t("customers.merge.menu")}
        </Menu.Item>
        <Menu.Item
          component="a"
          href={`/api/v1/customers/${customer.id}/export`}
          download
          leftSection={<IconDownload size={16} />}
        >
          {t("customers.export_one")}
        </Menu.Item>
        {role === "admin" && (
          <Menu.Item c="var(--alarm)" leftSection={<IconTrash size={16} />} onClick={ask_erase}>
            {t("customers.erase.menu")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

interface RecordProps {
  initial: CustomerBody;
  fields: CustomField[];
  save(values: CustomerBody, stored: CustomerBody): Promise<Customer>;
  now?(): Promise<CustomerBody>;
  saved(customer: Customer): void;
  submit?: string;
}

function Record({ initial, fields, save, now, saved, submit }: RecordProps) {
  const { t } = useTranslation();
  const editor = useEditor<CustomerBody, Customer>({
    initial,
    validate: (values) => check(values, t),
    save,
    now,
    saved,
  });
  const input = (name: string) => editor.form.getInputProps(name);
  return (
    <EditForm editor={editor} always={submit !== undefined} save={submit}>
      <Section title={t("customers.record")}>
        <Two>
          <TextInput label={t("customers.first_name")} maxLength={100} {...input("first_name")} />
          <TextInput label={t("customers.last_name")} maxLength={100} {...input("last_name")} />
        </Two>
        <Two>
          <TextInput label={t("customers.email")} maxLength={254} {...input("email")} />
          <TextInput label={t("customers.phone")} maxLength={50} {...input("phone")} />
        </Two>
        <Two>
          <TextInput label={t("customers.company")} maxLength={200} {...input("company")} />
          <TextInput
            label={t("customers.ref")}
            description={t("customers.ref_help")}
            inputWrapperOrder={["label", "input", "description", "error"]}
            maxLength={128}
            {...input("customer_ref")}
          />
        </Two>
        {fields.map((field) => (
          <TextInput
            key={field.key}
            label={field.label}
            placeholder={t(`customers.fields.hint.${field.type}`)}
            maxLength={500}
            {...input(`fields.${field.key}`)}
            value={editor.form.values.fields[field.key] ?? ""}
          />
        ))}
      </Section>
    </EditForm>
  );
}

function History({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const history = useHistory(customer.id);
  const { role } = useUser();
  const queryClient = useQueryClient();
  const part = useMutation({
    mutationFn: (gone: string) => request<Customer>("POST", `/customers/${gone}/part`),
    onSuccess: () => {
      told(t("customers.merge.undone"));
      void queryClient.invalidateQueries({ queryKey: customerKeys.all });
    },
    onError: (error) => warned(error.message),
  });
  const ask = (gone: Customer) =>
    openConfirmModal({
      title: t("customers.merge.undo_title", { name: customerName(gone) }),
      children: <Text>{t("customers.merge.undo_text")}</Text>,
      labels: { confirm: t("customers.merge.undo"), cancel: t("action.cancel") },
      onConfirm: () => part.mutate(gone.id),
    });
  return (
    <Loaded query={history}>
      {({ visits, chats, merges }) => (
        <div>
          <Section title={t("customers.chats")}>
            <PastChats chats={chats} />
            {chats.length > 0 && (
              <Link href={`/history?site=${customer.site_id}&customer=${customer.id}`}>
                {t("customers.all_chats")}
              </Link>
            )}
          </Section>
          <Section title={t("customers.visits")}>
            <PastVisits visits={visits} />
          </Section>
          {merges.length > 0 && (
            <Section title={t("customers.merge.past")}>
              <ul className={classes.rows}>
                {merges.map(({ id, gone, merged_at }) => (
                  <li key={id}>
                    <div className={classes.grow}>
                      <div className="clip">{customerName(gone)}</div>
                      <div className={classes.second}>
                        {gone.customer_ref && `${gone.customer_ref} · `}
                        <Ago at={merged_at} />
                      </div>
                    </div>
                    {role !== "agent" && (
                      <ActionIcon
                        aria-label={t("customers.merge.undo_of", { name: customerName(gone) })}
                        onClick={() => ask(gone)}
                      >
                        <IconArrowBackUp size={16} />
                      </ActionIcon>
                    )}
                  </li>
                ))}
              </ul>
            </Section>
          )}
          <p className={classes.second}>
            {t("customers.since")} <Ago at={customer.created_at} />
            {" · "}
            <Link href={`/customers?site=${customer.site_id}`}>{t("customers.title")}</Link>
          </p>
        </div>
      )}
    </Loaded>
  );
}

function formOf(customer: Customer): CustomerBody {
  const { first_name, last_name, email, phone, company, fields } = customer;
  return { customer_ref: customer.customer_ref ?? "", first_name, last_name, email, phone, company, fields };
}

function bodyOf(values: CustomerBody): Partial<Customer> {
  return { ...values, customer_ref: values.customer_ref.trim() || null };
}

function check(values: CustomerBody, t: TFunction): FieldErrors {
  const { customer_ref, first_name, last_name, email, phone, company } = values;
  const any = [customer_ref, first_name, last_name, email, phone, company].some((text) => text.trim());
  return compact({
    first_name: any ? null : t("customers.says_nothing"),
    email: !email.trim() || /^\S+@\S+\.\S+$/.test(email.trim()) ? null : t("customers.email_invalid"),
  });
}
