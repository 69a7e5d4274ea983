/** Owns the fields of a site's own: adding, naming, taking away. */
import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Redirect } from "wouter";
import type { CustomerDirectory, CustomField } from "../../api/rest";
import { request } from "../api/http";
import { useSites } from "../api/queries";
import { useListView } from "../lists/useListView";
import { compact } from "../ui/check";
import { type FieldErrors, useEditor } from "../ui/editor";
import { EditForm, Section } from "../ui/form";
import { PageHead } from "../ui/PageHead";
import { Loaded } from "../ui/states";
import classes from "./Customers.module.css";
import { customerKeys, useDirectory } from "./queries";

const TYPES = ["text", "number", "date", "boolean"] as const;
const FIELDS_MAX = 30;

export function FieldsPage() {
  const { t } = useTranslation();
  const sites = useSites();
  const list = useListView();
  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <PageHead
          title={t("customers.fields.title")}
          text={t("customers.fields.text")}
          back={{ href: `/customers${list.query}`, label: t("customers.title") }}
        />
        <Loaded query={sites}>
          {(items) => {
            const site = items.find((known) => known.id === list.read("site")) ?? items[0];
            return site ? <Known site={site.id} /> : <Redirect to="/customers" />;
          }}
        </Loaded>
      </div>
    </div>
  );
}

function Known({ site }: { site: string }) {
  const directory = useDirectory(site);
  return <Loaded query={directory}>{({ fields }) => <Fields site={site} fields={fields} />}</Loaded>;
}

function Fields({ site, fields }: { site: string; fields: CustomField[] }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const editor = useEditor<{ fields: CustomField[] }, CustomerDirectory>({
    initial: { fields },
    validate: (values) => check(values.fields, t),
    save: (values) => request("PUT", `/sites/${site}/customer-fields`, values),
    saved: (directory) => queryClient.setQueryData(customerKeys.directory(site), directory),
  });
  const { form } = editor;
  return (
    <EditForm editor={editor}>
      <Section title={t("customers.fields.list")}>
        {form.values.fields.length === 0 && (
          <span className={classes.second}>{t("customers.fields.none")}</span>
        )}
        <ul className={classes.rows}>
          {form.values.fields.map((_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the form itself addresses its rows by place
            <li key={at}>
              <TextInput
                className={classes.grow}
                label={t("customers.fields.label")}
                maxLength={60}
                {...form.getInputProps(`fields.${at}.label`)}
              />
              <TextInput
                className={classes.grow}
                label={t("customers.fields.key")}
                maxLength={40}
                {...form.getInputProps(`fields.${at}.key`)}
              />
              <Select
                w={120}
                label={t("customers.fields.type")}
                allowDeselect={false}
                data={TYPES.map((value) => ({ value, label: t(`customers.fields.types.${value}`) }))}
                {...form.getInputProps(`fields.${at}.type`)}
              />
              <ActionIcon
                mt={20}
                aria-label={t("action.remove")}
                onClick={() => form.removeListItem("fields", at)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </li>
          ))}
        </ul>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} />}
          disabled={form.values.fields.length >= FIELDS_MAX}
          onClick={() => form.insertListItem("fields", { key: "", label: "", type: "text" })}
          style={{ alignSelf: "start" }}
        >
          {t("customers.fields.add")}
        </Button>
      </Section>
    </EditForm>
  );
}

function check(fields: CustomField[], t: TFunction): FieldErrors {
  const errors: Record<string, string | null> = {};
  fields.forEach(({ key, label }, at) => {
    const twice = fields.some((other, index) => index < at && other.key === key);
    errors[`fields.${at}.key`] = !/^[a-z0-9_]{1,40}$/.test(key)
      ? t("customers.fields.key_invalid")
      : twice
        ? t("customers.fields.key_twice")
        : null;
    errors[`fields.${at}.label`] = label.trim() ? null : t("customers.fields.label_empty");
  });
  return compact(errors);
}
