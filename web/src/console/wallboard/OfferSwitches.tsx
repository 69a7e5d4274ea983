/** Owns the switch that stops the offers of a site. */
import { Button, Text } from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Wallboard } from "../../api/rest";
import { request } from "../api/http";
import { keys } from "../api/queries";
import { Dot } from "../ui/Dot";
import { warned } from "../ui/notify";
import { Ago } from "../ui/time";
import classes from "./Wallboard.module.css";

type Site = Wallboard["sites"][number];

export function OfferSwitches({ sites }: { sites: Site[] }) {
  const { t } = useTranslation();
  return (
    <section className={classes.block} aria-labelledby="wallboard-offers">
      <h2 id="wallboard-offers">{t("wallboard.offers.title")}</h2>
      <ul className={classes.switches}>
        {sites.map((site) => (
          <Switch key={site.id} site={site} />
        ))}
      </ul>
    </section>
  );
}

function Switch({ site }: { site: Site }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (stopped: boolean) => request("PUT", `/sites/${site.id}/offer-stop`, { stopped }),
    onError: (error) => warned(error.message),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.wallboard }),
  });
  const ask = () =>
    openConfirmModal({
      title: t("wallboard.offers.stop_title", { site: site.name }),
      children: <Text>{t("wallboard.offers.stop_text")}</Text>,
      labels: { confirm: t("wallboard.offers.stop"), cancel: t("action.cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => change.mutate(true),
    });
  const stopped = site.offers_stopped;
  return (
    <li>
      <span className={classes.siteName}>{site.name}</span>
      <span className={classes.state}>
        <Dot tone={stopped ? "alarm" : "good"} />
        {stopped ? (
          <>
            {t("wallboard.offers.stopped", { name: stopped.by })} <Ago at={stopped.at} />
          </>
        ) : (
          t("wallboard.offers.running")
        )}
      </span>
      <Button
        size="xs"
        variant="default"
        loading={change.isPending}
        onClick={stopped ? () => change.mutate(false) : ask}
      >
        {stopped ? t("wallboard.offers.resume") : t("wallboard.offers.stop")}
      </Button>
    </li>
  );
}
