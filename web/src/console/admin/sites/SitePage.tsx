/** Owns creating and editing a site: name, origins, what is tracked, and the snippet. */
import { Select, TagsInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { Site } from "../../../api/rest";
import { request } from "../../api/http";
import { keys, useSites } from "../../api/queries";
import { changes } from "../../ui/changes";
import { checkName, compact, isOrigin, originOf } from "../../ui/check";
import { DeleteMenu } from "../../ui/DeleteMenu";
import { type Editor, errorBelow, type FieldErrors, useEditor } from "../../ui/editor";
import { EditForm, Section } from "../../ui/form";
import { PageHead } from "../../ui/PageHead";
import { Loaded } from "../../ui/states";
import { useTimeZones } from "../../ui/time-zones";
import classes from "../Admin.module.css";
import { Missing } from "../Missing";
import { IdentitySection } from "./IdentitySection";
import { SnippetSection } from "./SnippetSection";
import { DEFAULTS } from "./tracking";

type SiteForm = Pick<Site, "name" | "origins" | "deny_paths" | "allow_params" | "settings">;

export function NewSitePage() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const editor = useEditor<SiteForm, Site>({
    initial: {
      name: "",
      origins: [],
      deny_paths: [],
      allow_params: [],
      settings: { ...DEFAULTS, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
    },
    validate: (values) => check(values, t),
    save: (values) => request("POST", "/sites", values),
    saved: (site) => {
      queryClient.setQueryData<Site[]>(keys.sites, (held) => [...(held ?? []), site]);
      go(`/admin/sites/${site.id}/setup`);
    },
  });
  return (
    <div className={classes.inner} data-narrow>
      <PageHead
        title={t("sites.new_title")}
        text={t("sites.new_text")}
        back={{ href: "/admin/sites", label: t("sites.title") }}
      />
      <EditForm editor={editor} always save={t("action.create")}>
        <Fields editor={editor} />
      </EditForm>
    </div>
  );
}

export function SitePage({ id }: { id: string }) {
  const sites = useSites();
  return (
    <Loaded query={sites}>
      {(items) => {
        const site = items.find((known) => known.id === id);
        return site ? <EditSite site={site} /> : <Missing back="/admin/sites" />;
      }}
    </Loaded>
  );
}

function EditSite({ site }: { site: Site }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const editor = useEditor<SiteForm, Site>({
    initial: formOf(site),
    validate: (values) => check(values, t),
    save: (values, stored) => request("PATCH", `/sites/${site.id}`, changes(stored, values)),
    now: async () => formOf(await request<Site>("GET", `/sites/${site.id}`)),
    saved: () => void queryClient.invalidateQueries({ queryKey: keys.sites }),
  });
  const deleted = () => {
    go("/admin/sites");
    void queryClient.invalidateQueries({ queryKey: keys.sites });
  };
  return (
    <div className={classes.inner} data-narrow>
      <PageHead title={site.name} back={{ href: "/admin/sites", label: t("sites.title") }}>
        <DeleteMenu path={`/sites/${site.id}`} name={site.name} done={deleted} />
      </PageHead>
      <SnippetSection site={site} />
      <EditForm editor={editor}>
        <Fields editor={editor} />
      </EditForm>
      <IdentitySection site={site} />
    </div>
  );
}

function Fields({ editor }: { editor: Editor<SiteForm> }) {
  const { t } = useTranslation();
  const { form } = editor;
  const zones = useTimeZones(form.values.settings.time_zone);
  const list = (path: "origins" | "deny_paths" | "allow_params") => ({
    ...form.getInputProps(path),
    error: errorBelow(form, path),
    splitChars: [",", " ", "\n"],
    acceptValueOnBlur: true,
  });
  return (
    <>
      <Section title={t("sites.identity")}>
        <TextInput label={t("sites.name")} withAsterisk maxLength={100} {...form.getInputProps("name")} />
        <TagsInput
          label={t("sites.origins")}
          description={t("sites.origins_help")}
          withAsterisk
          placeholder="https://www.example.com"
          {...list("origins")}
          onChange={(values) => form.setFieldValue("origins", [...new Set(values.map(originOf))])}
        />
        <Select
          label={t("sites.time_zone")}
          description={t("sites.time_zone_help")}
          searchable
          allowDeselect={false}
          limit={60}
          data={zones}
          {...form.getInputProps("settings.time_zone")}
        />
      </Section>
      <Section title={t("sites.tracking_limits")}>
        <TagsInput
          label={t("sites.deny_paths")}
          description={t("sites.deny_paths_help")}
          placeholder="/account"
          {...list("deny_paths")}
        />
        <TagsInput
          label={t("sites.allow_params")}
          description={t("sites.allow_params_help")}
          placeholder="q"
          {...list("allow_params")}
        />
      </Section>
    </>
  );
}

function formOf({ name, origins, deny_paths, allow_params, settings }: Site): SiteForm {
  return { name, origins, deny_paths, allow_params, settings: { ...DEFAULTS, ...settings } };
}

function check(values: SiteForm, t: TFunction): FieldErrors {
  const bad_origins = values.origins.filter((origin) => !isOrigin(origin)).join(", ");
  const bad_paths = values.deny_paths.filter((path) => !path.startsWith("/")).join(", ");
  const origins = bad_origins ? t("sites.origin_invalid", { list: bad_origins }) : null;
  return compact({
    name: checkName(values.name, t),
    origins: values.origins.length === 0 ? t("sites.origins_empty") : origins,
    deny_paths: bad_paths ? t("sites.path_invalid", { list: bad_paths }) : null,
  });
}
