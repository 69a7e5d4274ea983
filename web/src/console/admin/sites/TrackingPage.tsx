/** Owns the visitor tracking settings of a site: each with its meaning, unit, range and default beside it. */
import { ActionIcon, NumberInput, Select, Tooltip } from "@mantine/core";
import { IconRotate } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Site, SiteSettings } from "../../../api/rest";
import { request } from "../../api/http";
import { keys, useSites } from "../../api/queries";
import { changes } from "../../ui/changes";
import { checkRange, compact, grouped } from "../../ui/check";
import { type Editor, useEditor } from "../../ui/editor";
import { EditForm, Section, SettingRow } from "../../ui/form";
import { PageHead } from "../../ui/PageHead";
import { Loaded } from "../../ui/states";
import classes from "../Admin.module.css";
import { Missing } from "../Missing";
import { Timeline } from "./Timeline";
import { DEFAULTS, type NumberSetting, RANGES } from "./tracking";

type Settings = { settings: SiteSettings };
type Choice = "after_rejection" | "after_ignored" | "after_chat" | "consent";

export function TrackingPage({ id }: { id: string }) {
  const sites = useSites();
  return (
    <Loaded query={sites}>
      {(items) => {
        const site = items.find((known) => known.id === id);
        return site ? <EditTracking site={site} /> : <Missing back="/admin/sites" />;
      }}
    </Loaded>
  );
}

function EditTracking({ site }: { site: Site }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const editor = useEditor<Settings, Site>({
    initial: formOf(site),
    live: true,
    validate: ({ settings }) =>
      compact(
        Object.fromEntries(
          Object.entries(RANGES).map(([name, range]) => [
            `settings.${name}`,
            checkRange(settings[name as NumberSetting], range, t),
          ]),
        ),
      ),
    save: (values, stored) => request("PATCH", `/sites/${site.id}`, changes(stored, values)),
    now: async () => formOf(await request<Site>("GET", `/sites/${site.id}`)),
    saved: () => void queryClient.invalidateQueries({ queryKey: keys.sites }),
  });
  const { settings } = editor.form.values;
  return (
    <div className={classes.inner} data-narrow>
      <PageHead title={t("sites.tracking.title")} text={t("sites.tracking.text")} />
      <EditForm editor={editor}>
        <Section title={t("sites.tracking.contact")} flush>
          <NumberRow editor={editor} name="poll_interval_s" />
          <NumberRow editor={editor} name="visit_timeout_min" />
        </Section>
        <Section title={t("sites.tracking.pacing")} flush>
          <NumberRow editor={editor} name="minimum_interval_s" />
          <NumberRow editor={editor} name="ignored_after_s" />
          <NumberRow editor={editor} name="capacity_factor" />
          <Timeline settings={settings} />
        </Section>
        <Section title={t("sites.tracking.after")} flush>
          <ChoiceRow editor={editor} name="after_rejection" />
          <NumberRow editor={editor} name="rejections_max" />
          <ChoiceRow editor={editor} name="after_ignored" />
          <NumberRow editor={editor} name="ignored_max" />
          <ChoiceRow editor={editor} name="after_chat" />
          {settings.after_chat === "none_for_hours" && <NumberRow editor={editor} name="after_chat_hours" />}
        </Section>
        <Section title={t("sites.tracking.privacy")} flush>
          <ChoiceRow editor={editor} name="consent" />
        </Section>
      </EditForm>
    </div>
  );
}

function formOf({ settings }: Site): Settings {
  return { settings: { ...DEFAULTS, ...settings } };
}

function NumberRow({ editor, name }: { editor: Editor<Settings>; name: NumberSetting }) {
  const { t } = useTranslation();
  const { min, max, unit } = RANGES[name];
  const suffix = unit === null ? "" : ` ${t(`sites.tracking.unit.${unit}`)}`;
  const off = min === 0 && max === 99 ? ` · ${t("sites.tracking.off")}` : "";
  const range = { min: grouped(min), max: grouped(max), unit: suffix, value: grouped(DEFAULTS[name]) };
  return (
    <SettingRow
      id={name}
      label={t(`sites.tracking.field.${name}.label`)}
      text={t(`sites.tracking.field.${name}.text`)}
    >
      <NumberInput
        id={name}
        description={t("sites.tracking.hint", range) + off}
        inputWrapperOrder={["input", "error", "description"]}
        inputMode="numeric"
        allowDecimal={false}
        allowNegative={false}
        thousandSeparator={"\u202f"}
        suffix={suffix}
        rightSectionWidth={36}
        rightSection={<Reset editor={editor} name={name} />}
        {...editor.form.getInputProps(`settings.${name}`)}
      />
    </SettingRow>
  );
}

function ChoiceRow({ editor, name }: { editor: Editor<Settings>; name: Choice }) {
  const { t } = useTranslation();
  const data = useChoices(name);
  return (
    <SettingRow
      id={name}
      label={t(`sites.tracking.field.${name}.label`)}
      text={t(`sites.tracking.field.${name}.text`)}
    >
      <Select
        id={name}
        description={t("sites.tracking.hint_choice", {
          value: data.find((one) => one.value === DEFAULTS[name])?.label ?? "",
        })}
        inputWrapperOrder={["input", "error", "description"]}
        allowDeselect={false}
        data={data}
        {...editor.form.getInputProps(`settings.${name}`)}
      />
    </SettingRow>
  );
}

function useChoices(name: Choice): { value: string; label: string }[] {
  const { t } = useTranslation();
  if (name === "consent") {
    const choices = ["full", "session", "off"] as const;
    return choices.map((value) => ({ value, label: t(`sites.tracking.consent.${value}`) }));
  }
  if (name === "after_chat") {
    const choices = ["may_resume", "no_more_this_visit", "none_for_hours"] as const;
    return choices.map((value) => ({ value, label: t(`sites.tracking.after_chat.${value}`) }));
  }
  const group = name === "after_ignored" ? "after_ignored" : "after_outcome";
  const choices = ["no_more_this_visit", "not_this_offer_again", "like_ignored"] as const;
  return choices.map((value) => ({ value, label: t(`sites.tracking.${group}.${value}`) }));
}

function Reset({ editor, name }: { editor: Editor<Settings>; name: NumberSetting }) {
  const { t } = useTranslation();
  const { form } = editor;
  if (form.values.settings[name] === DEFAULTS[name]) return null;
  return (
    <Tooltip label={t("sites.tracking.reset")}>
      <ActionIcon
        size="sm"
        aria-label={`${t("sites.tracking.reset")}: ${t(`sites.tracking.field.${name}.label`)}`}
        onClick={() =>
          form.setValues((held) => ({ settings: { ...(held.settings ?? DEFAULTS), [name]: DEFAULTS[name] } }))
        }
      >
        <IconRotate size={14} />
      </ActionIcon>
    </Tooltip>
  );
}
