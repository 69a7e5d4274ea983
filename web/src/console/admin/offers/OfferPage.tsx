/** Owns creating and editing an offer: look, texts in each language, and the preview beside them. */
import { Switch, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { Offer, OfferBody } from "../../../api/rest";
import { request } from "../../api/http";
import { keys, useOffers, useQueues } from "../../api/queries";
import { changes } from "../../ui/changes";
import { DeleteMenu } from "../../ui/DeleteMenu";
import { type Editor, useEditor } from "../../ui/editor";
import { EditForm, Section } from "../../ui/form";
import { PageHead } from "../../ui/PageHead";
import { Loaded } from "../../ui/states";
import classes from "../Admin.module.css";
import { Missing } from "../Missing";
import { lookOf } from "../preview/look";
import { WidgetPreview } from "../preview/WidgetPreview";
import { emptyQueue } from "../queues/model";
import { checkOffer } from "./check";
import { LookFields } from "./LookFields";
import { PreviewOnSite } from "./PreviewOnSite";
import { TextFields } from "./TextFields";

export function OfferPage({ site, id }: { site: string; id: string }) {
  const { t } = useTranslation();
  const offers = useOffers(site);
  return (
    <Loaded query={offers}>
      {(items) => {
        if (id === "new") return <EditOffer site={site} offer={null} initial={emptyOffer(t)} />;
        const offer = items.find((known) => known.id === id);
        if (!offer) return <Missing back={`/admin/sites/${site}/offers`} />;
        return <EditOffer site={site} offer={offer} initial={bodyOf(offer)} />;
      }}
    </Loaded>
  );
}

interface EditOfferProps {
  site: string;
  offer: Offer | null;
  initial: OfferBody;
}

function EditOffer({ site, offer, initial }: EditOfferProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const [language, setLanguage] = useState(initial.design.default_language);
  const list = `/admin/sites/${site}/offers`;
  const refresh = () => void queryClient.invalidateQueries({ queryKey: keys.offers(site) });
  const editor = useEditor<OfferBody, Offer>({
    initial,
    live: true,
    validate: (values) => checkOffer(values, t),
    save: (values, stored) =>
      offer
        ? request("PATCH", `/offers/${offer.id}`, changes(clean(stored), clean(values)))
        : request("POST", `/sites/${site}/offers`, clean(values)),
    now: offer ? async () => bodyOf(await request<Offer>("GET", `/offers/${offer.id}`)) : undefined,
    saved: (saved) => {
      refresh();
      if (!offer) go(`${list}/${saved.id}`, { replace: true });
    },
  });
  const deleted = () => {
    go(list);
    refresh();
  };
  const { design } = editor.form.values;
  return (
    <div className={classes.inner}>
      <PageHead title={offer?.name ?? t("offers.new_title")} back={{ href: list, label: t("offers.title") }}>
        {offer && <PreviewOnSite offer={offer} unsaved={editor.form.isDirty()} />}
        {offer && <DeleteMenu path={`/offers/${offer.id}`} name={offer.name} done={deleted} restorable />}
      </PageHead>
      <div className={classes.split}>
        <EditForm editor={editor} always={!offer} save={offer ? undefined : t("action.create")}>
          <General editor={editor} />
          <TextFields editor={editor} language={language} onLanguage={setLanguage} />
          <LookFields editor={editor} site={site} />
        </EditForm>
        <aside className={classes.aside} aria-label={t("preview.title")}>
          <Preview site={site} design={design} language={language} />
        </aside>
      </div>
    </div>
  );
}

/** In the looks of the queue of the launcher, which is what stands around an offer on the site. */
function Preview({
  site,
  design,
  language,
}: {
  site: string;
  design: OfferBody["design"];
  language: string;
}) {
  const queues = useQueues(site);
  const plan = queues.data?.find((queue) => queue.is_default)?.plan;
  const look = useMemo(() => {
    const shown = plan ?? emptyQueue(true).plan;
    return lookOf(shown, shown.form_invite, design);
  }, [plan, design]);
  return <WidgetPreview look={look} scene={design.form} language={language} />;
}

function General({ editor }: { editor: Editor<OfferBody> }) {
  const { t } = useTranslation();
  const { form } = editor;
  return (
    <Section title={t("offers.general")}>
      <TextInput
        label={t("offers.name")}
        description={t("offers.name_help")}
        withAsterisk
        maxLength={100}
        {...form.getInputProps("name")}
      />
      <Switch
        label={t("offers.active")}
        description={t("offers.active_help")}
        {...form.getInputProps("active", { type: "checkbox" })}
      />
    </Section>
  );
}

function bodyOf({ name, active, design }: Offer): OfferBody {
  return { name, active, design };
}

function emptyOffer(t: TFunction): OfferBody {
  return {
    name: "",
    active: true,
    design: {
      form: "card",
      position: "end",
      color: "#0f766e",
      logo_url: null,
      image_url: null,
      default_language: "en",
      texts: {
        en: {
          title: t("offers.example.title"),
          body: t("offers.example.body"),
          accept_label: t("offers.example.accept_label"),
          reject_label: t("offers.example.reject_label"),
        },
      },
    },
  };
}

/** An empty address means none. */
function clean({ name, active, design }: OfferBody): OfferBody {
  return {
    name: name.trim(),
    active,
    design: { ...design, logo_url: design.logo_url || null, image_url: design.image_url || null },
  };
}
