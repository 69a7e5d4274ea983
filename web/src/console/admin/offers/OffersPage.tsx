/** Owns the list of a site's offers. */
import { Button, Switch } from "@mantine/core";
import { IconPlus, IconSpeakerphone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Offer } from "../../../api/rest";
import { keys, useOffers } from "../../api/queries";
import { PageHead } from "../../ui/PageHead";
import { Empty, Loaded } from "../../ui/states";
import { Ago } from "../../ui/time";
import { useToggle } from "../../ui/toggle";
import classes from "../Admin.module.css";
import { languageName } from "../languages";

export function OffersPage({ site }: { site: string }) {
  const { t } = useTranslation();
  const offers = useOffers(site);
  const add = (
    <Button component={Link} href={`/admin/sites/${site}/offers/new`} leftSection={<IconPlus size={16} />}>
      {t("offers.add")}
    </Button>
  );
  return (
    <div className={classes.inner}>
      <PageHead title={t("offers.title")} text={t("offers.text")}>
        {(offers.data?.length ?? 0) > 0 && add}
      </PageHead>
      <Loaded query={offers}>
        {(items) =>
          items.length === 0 ? (
            <Empty
              icon={IconSpeakerphone}
              title={t("offers.empty_title")}
              text={t("offers.empty_text")}
              action={add}
            />
          ) : (
            <Table site={site} offers={items} />
          )
        }
      </Loaded>
    </div>
  );
}

function Table({ site, offers }: { site: string; offers: Offer[] }) {
  const { t } = useTranslation();
  return (
    <div className={classes.tableFrame}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("offers.column.name")}</th>
            <th scope="col">{t("offers.column.form")}</th>
            <th scope="col">{t("offers.column.languages")}</th>
            <th scope="col">{t("offers.column.updated")}</th>
            <th scope="col">{t("offers.column.active")}</th>
          </tr>
        </thead>
        <tbody>
          {offers.map((offer) => (
            <Row key={offer.id} site={site} offer={offer} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ site, offer }: { site: string; offer: Offer }) {
  const { t, i18n } = useTranslation();
  const toggle = useToggle<Offer>(keys.offers(site), (id) => `/offers/${id}`, "active");
  const { design } = offer;
  return (
    <tr>
      <td>
        <Link href={`/admin/sites/${site}/offers/${offer.id}`} className={classes.main}>
          {offer.name}
        </Link>
        <span className={classes.second}>{design.texts[design.default_language]?.title}</span>
      </td>
      <td>{t(`offers.forms.${design.form}`)}</td>
      <td>
        {Object.keys(design.texts)
          .map((tag) => languageName(tag, i18n.language))
          .join(", ")}
      </td>
      <td>
        <Ago at={offer.updated_at} />
      </td>
      <td>
        <Switch
          aria-label={t("offers.switch", { name: offer.name })}
          checked={offer.active}
          onChange={(event) => toggle(offer.id, event.currentTarget.checked)}
        />
      </td>
    </tr>
  );
}
