/** Owns making an API token: its name, what it is for, and how long it lasts. */
import { Checkbox, Select, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { ApiToken, MadeApiToken } from "../../../api/rest";
import { request } from "../../api/http";
import { type FieldErrors, useEditor } from "../../ui/editor";
import { EditForm, Section, Two } from "../../ui/form";
import { PageHead } from "../../ui/PageHead";
import classes from "../Admin.module.css";
import { keyOf } from "./ApiTokensPage";
import { tokenKeys } from "./queries";

const BASE = "/admin/api-tokens";
const DAY_MS = 86_400_000;
const DAYS = ["30", "90", "365", ""] as const;
const SCOPES: ApiToken["scopes"] = [
  "configuration:read",
  "configuration:write",
  "conversations:read",
  "conversations:write",
  "customers:read",
  "customers:write",
  "administration:read",
  "administration:write",
];

interface TokenForm {
  name: string;
  scopes: ApiToken["scopes"];
  days: (typeof DAYS)[number];
}

export function NewApiTokenPage() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const editor = useEditor<TokenForm, MadeApiToken>({
    initial: { name: "", scopes: [], days: "90" },
    validate: ({ name, scopes }) => {
      const errors: FieldErrors = {};
      if (!name.trim()) errors.name = t("admin.name_required");
      if (scopes.length === 0) errors.scopes = t("api_tokens.scopes_none");
      return errors;
    },
    save: ({ name, scopes, days }) => {
      const expires_at = days === "" ? null : Date.now() + Number(days) * DAY_MS;
      return request("POST", "/api-tokens", { name, scopes, expires_at });
    },
    saved: ({ token }) => {
      queryClient.setQueryData(tokenKeys.made, token);
      void queryClient.invalidateQueries({ queryKey: tokenKeys.all });
      go(BASE);
    },
    whole: ["scopes"],
  });
  const { form } = editor;
  return (
    <div className={classes.inner} data-narrow>
      <PageHead title={t("api_tokens.new_title")} back={{ href: BASE, label: t("api_tokens.title") }} />
      <EditForm editor={editor} always save={t("action.create")}>
        <Section title={t("api_tokens.what")} text={t("api_tokens.what_text")}>
          <Two>
            <TextInput
              label={t("api_tokens.name")}
              withAsterisk
              maxLength={100}
              {...form.getInputProps("name")}
            />
            <Select
              label={t("api_tokens.lasts")}
              allowDeselect={false}
              data={DAYS.map((days) => ({
                value: days,
                label:
                  days === "" ? t("api_tokens.never_ends") : t("api_tokens.days", { count: Number(days) }),
              }))}
              {...form.getInputProps("days")}
            />
          </Two>
          <Checkbox.Group
            label={t("api_tokens.scopes_label")}
            withAsterisk
            value={form.values.scopes}
            onChange={(chosen) => form.setFieldValue("scopes", chosen as TokenForm["scopes"])}
            error={form.errors.scopes}
          >
            <Stack gap={8} mt={4}>
              {SCOPES.map((scope) => (
                <Checkbox
                  key={scope}
                  value={scope}
                  label={t(`api_tokens.scopes.${keyOf(scope)}.short`)}
                  description={
                    <>
                      {t(`api_tokens.scopes.${keyOf(scope)}.long`)} <code>{scope}</code>
                    </>
                  }
                />
              ))}
            </Stack>
          </Checkbox.Group>
        </Section>
      </EditForm>
    </div>
  );
}
