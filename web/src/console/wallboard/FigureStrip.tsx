/** Owns the row of large figures: those that need a hand now stand out, the others stay calm. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Wallboard } from "../../api/rest";
import { useAgents } from "../api/queries";
import { timer } from "../ui/format";
import { Elapsed } from "../ui/time";
import { addUp, serving } from "./figures";
import classes from "./Wallboard.module.css";

export function FigureStrip({ board }: { board: Wallboard }) {
  const { t } = useTranslation();
  const agents = useAgents();
  const figures = addUp(board.queues);
  const here = agents.data && serving(agents.data, board.queues).filter(({ status }) => status !== "offline");
  const ready = here?.filter(({ status }) => status === "ready").length;
  const none = t("wallboard.none");
  return (
    <section className={classes.figures} aria-label={t("wallboard.figures")}>
      <Figure label={t("wallboard.waiting")} tone={figures.waiting > 0 ? "wait" : undefined}>
        {figures.waiting}
      </Figure>
      <Figure
        label={t("wallboard.longest")}
        tone={figures.waiting_since ? "wait" : undefined}
        note={figures.waiting_since ? undefined : t("wallboard.nobody")}
      >
        {figures.waiting_since ? <Elapsed since={figures.waiting_since} /> : none}
      </Figure>
      <Figure label={t("wallboard.active")}>{figures.active}</Figure>
      <Figure
        label={t("wallboard.agents_ready")}
        note={here && t("wallboard.of_agents", { count: here.length })}
        tone={ready === 0 ? "alarm" : undefined}
      >
        {ready ?? none}
      </Figure>
      <Figure
        label={t("wallboard.service_level")}
        note={t("wallboard.service_level_hint", { s: board.target_s })}
      >
        {figures.service_level === null ? none : `${figures.service_level} %`}
      </Figure>
      <Figure label={t("wallboard.mean_wait")}>
        {figures.mean_wait_ms === null ? none : timer(figures.mean_wait_ms)}
      </Figure>
      <Figure
        label={t("wallboard.accepted")}
        note={t("wallboard.of_presented", { count: figures.presented })}
      >
        {figures.accepted}
      </Figure>
    </section>
  );
}

interface FigureProps {
  label: string;
  note?: string;
  tone?: "wait" | "alarm";
  children: ReactNode;
}

function Figure({ label, note, tone, children }: FigureProps) {
  return (
    <div className={classes.figure} data-tone={tone}>
      <span className={classes.label}>{label}</span>
      <strong className="num">{children}</strong>
      <span className={classes.note}>{note ?? "\u00a0"}</span>
    </div>
  );
}
