/** Owns the fields of who is let in: new people, and which role the provider gives. */
import { Select, Switch, TagsInput, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Editor, errorBelow } from "../../ui/editor";
import { Section } from "../../ui/form";
import type { SsoForm } from "./SingleSignOnPage";

const ROLES = ["agent", "supervisor", "admin"] as const;
const NONE = "none";

export function PeopleSection({ editor }: { editor: Editor<SsoForm> }) {
  const { t } = useTranslation();
  const { form } = editor;
  const { create_users, default_role, role_claim } = form.values;
  return (
    <Section title={t("single_sign_on.people")} text={t("single_sign_on.people_text")}>
      <Switch
        label={t("single_sign_on.create")}
        description={t("single_sign_on.create_text")}
        {...form.getInputProps("create_users", { type: "checkbox" })}
      />
      {create_users && (
        <Select
          label={t("single_sign_on.default_role")}
          description={t("single_sign_on.default_role_text")}
          allowDeselect={false}
          data={[
            { value: "agent", label: t("role.agent") },
            { value: "supervisor", label: t("role.supervisor") },
            { value: NONE, label: t("single_sign_on.no_default") },
          ]}
          value={default_role ?? NONE}
          onChange={(role) =>
            form.setFieldValue("default_role", role === NONE ? null : (role as SsoForm["default_role"]))
          }
          error={form.errors.default_role}
        />
      )}
      <TextInput
        label={t("single_sign_on.claim")}
        description={t("single_sign_on.claim_text")}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        {...form.getInputProps("role_claim")}
      />
      {role_claim.trim() !== "" && (
        <>
          <Text c="dimmed">{t("single_sign_on.values_text")}</Text>
          {ROLES.map((role) => (
            <TagsInput
              key={role}
              label={t(`single_sign_on.values.${role}`)}
              splitChars={[","]}
              maxTags={50}
              {...form.getInputProps(`role_values.${role}`)}
              error={errorBelow(form, `role_values.${role}`)}
            />
          ))}
        </>
      )}
    </Section>
  );
}
