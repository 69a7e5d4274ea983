/** Owns how people sign in through the provider: the provider, the button, who is let in, and passwords. */
import { Switch, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SingleSignOn, SingleSignOnPatch } from "../../../api/rest";
import { request } from "../../api/http";
import { keys } from "../../api/queries";
import { changes } from "../../ui/changes";
import { useEditor } from "../../ui/editor";
import { EditForm, Section } from "../../ui/form";
import { PageHead } from "../../ui/PageHead";
import { Loaded } from "../../ui/states";
import classes from "../Admin.module.css";
import { PeopleSection } from "./PeopleSection";
import { ProviderSection } from "./ProviderSection";
import { ssoKey, useSingleSignOn } from "./queries";

export type SsoForm = Omit<SingleSignOn, "has_secret"> & {
  /** Empty: the one that is kept stays. */
  client_secret: string;
};

export function SingleSignOnPage() {
  const settings = useSingleSignOn();
  // What was typed as a secret is gone from the page once it is saved.
  const [saves, setSaves] = useState(0);
  return (
    <Loaded query={settings}>
      {(data) => <Edit key={saves} settings={data} saved={() => setSaves(saves + 1)} />}
    </Loaded>
  );
}

function Edit({ settings, saved }: { settings: SingleSignOn; saved(): void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const editor = useEditor<SsoForm, SingleSignOn>({
    initial: formOf(settings),
    validate: (): Record<string, string> => ({}),
    save: (values, stored) => {
      const patch: SingleSignOnPatch = changes(stored, values);
      return request("PATCH", "/single-sign-on", patch);
    },
    now: async () => formOf(await request<SingleSignOn>("GET", "/single-sign-on")),
    saved: (after) => {
      queryClient.setQueryData(ssoKey, after);
      void queryClient.invalidateQueries({ queryKey: keys.waysIn });
      saved();
    },
    whole: ["scopes", "role_values.agent", "role_values.supervisor", "role_values.admin"],
  });
  const { form } = editor;
  return (
    <div className={classes.inner} data-narrow>
      <PageHead title={t("single_sign_on.title")} text={t("single_sign_on.text")} />
      <EditForm editor={editor}>
        <ProviderSection editor={editor} settings={settings} />
        <Section title={t("single_sign_on.page")}>
          <Switch
            label={t("single_sign_on.enabled")}
            description={t("single_sign_on.enabled_text")}
            {...form.getInputProps("enabled", { type: "checkbox" })}
          />
          <TextInput
            label={t("single_sign_on.button")}
            maxLength={60}
            autoComplete="off"
            {...form.getInputProps("button")}
          />
        </Section>
        <PeopleSection editor={editor} />
        <Section title={t("single_sign_on.passwords_title")}>
          <Switch
            label={t("single_sign_on.passwords")}
            description={t("single_sign_on.passwords_text")}
            {...form.getInputProps("passwords", { type: "checkbox" })}
          />
          <Text c="dimmed">{t("single_sign_on.second_step")}</Text>
        </Section>
      </EditForm>
    </div>
  );
}

function formOf({ has_secret: _, ...shown }: SingleSignOn): SsoForm {
  return { ...shown, client_secret: "" };
}
