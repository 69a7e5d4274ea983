/** Owns the supervisor's page: what is under way in all queues, what the day has brought, and the switch for offers. */
import { Select, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";
import type { Wallboard } from "../../api/rest";
import { useSites, useWallboard } from "../api/queries";
import { Loaded, LoadingRows } from "../ui/states";
import { ClockTime } from "../ui/time";
import { usePageTitle } from "../ui/usePageTitle";
import { AgentTable } from "./AgentTable";
import { ChatTable } from "./ChatTable";
import { FigureStrip } from "./FigureStrip";
import { OfferSwitches } from "./OfferSwitches";
import { QueueTable } from "./QueueTable";
import classes from "./Wallboard.module.css";

const TARGETS_S = ["10", "20", "30", "60", "120", "300"];

export function WallboardPage() {
  const { t } = useTranslation();
  usePageTitle(t("wallboard.title"));
  const [params, setParams] = useSearchParams();
  const site = params.get("site");
  const target_s = TARGETS_S.find((known) => known === params.get("target")) ?? "20";
  const board = useWallboard(site, Number(target_s));
  const change = (name: string, value: string | null) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return (
    <div className={classes.page}>
      <VisuallyHidden component="h1">{t("wallboard.title")}</VisuallyHidden>
      <Tools site={site} target_s={target_s} change={change} at={board.data?.at} />
      <Loaded query={board} loading={<LoadingRows rows={6} height={56} />}>
        {(data) => <Board data={data} />}
      </Loaded>
    </div>
  );
}

interface ToolsProps {
  site: string | null;
  target_s: string;
  at: number | undefined;
  change(name: string, value: string | null): void;
}

function Tools({ site, target_s, at, change }: ToolsProps) {
  const { t } = useTranslation();
  const sites = useSites();
  return (
    <div className={classes.tools}>
      {(sites.data?.length ?? 0) > 1 && (
        <Select
          size="xs"
          w={200}
          aria-label={t("wallboard.site")}
          placeholder={t("wallboard.all_sites")}
          clearable
          data={sites.data?.map((one) => ({ value: one.id, label: one.name })) ?? []}
          value={site}
          onChange={(value) => change("site", value)}
        />
      )}
      <Select
        size="xs"
        w={180}
        aria-label={t("wallboard.target")}
        leftSectionWidth={116}
        leftSection={<span className={classes.prefix}>{t("wallboard.target")}</span>}
        allowDeselect={false}
        data={TARGETS_S.map((s) => ({ value: s, label: t("wallboard.target_s", { s }) }))}
        value={target_s}
        onChange={(value) => change("target", value)}
      />
      {at !== undefined && (
        <span className={classes.at}>
          {t("wallboard.counted")} <ClockTime at={at} />
        </span>
      )}
    </div>
  );
}

function Board({ data }: { data: Wallboard }) {
  return (
    <>
      <FigureStrip board={data} />
      <QueueTable board={data} />
      <div className={classes.pair}>
        <AgentTable board={data} />
        <ChatTable board={data} />
      </div>
      <OfferSwitches sites={data.sites} />
    </>
  );
}
