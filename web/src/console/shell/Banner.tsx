/** Owns the one line below the header that says what keeps the agent from working: connection first, then status. */
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLive, useLiveState } from "../live/LiveProvider";
import { useSecondsLeft } from "../ui/time";
import { useSection } from "./Navigation";
import classes from "./Shell.module.css";
import { useSetStatus } from "./StatusSwitch";

export function Banner() {
  const { t } = useTranslation();
  const section = useSection();
  const connection = useLiveState((live) => live.connection);
  const standing = useLiveState((live) => live.standing);
  const { set, pending } = useSetStatus();

  if (connection.state === "waiting") return <Waiting retry_at={connection.retry_at} />;
  if (connection.state === "refused") {
    return <Line tone="alarm">{t("connection.refused", { code: connection.code })}</Line>;
  }
  const silent = standing?.reason === "no_answer";
  if (standing === null || standing.status === "ready" || (!silent && section !== "chats")) return null;
  return (
    <Line tone="wait">
      <span>{silent ? t("status.silent") : t("status.note_away")}</span>
      <Button size="compact-xs" variant="default" loading={pending} onClick={() => set("ready")}>
        {t("status.be_ready")}
      </Button>
    </Line>
  );
}

function Waiting({ retry_at }: { retry_at: number }) {
  const { t } = useTranslation();
  const live = useLive();
  const s = useSecondsLeft(retry_at);
  return (
    <Line tone="wait">
      <span>{t("connection.waiting", { s })}</span>
      <Button size="compact-xs" variant="default" onClick={live.retry}>
        {t("connection.retry")}
      </Button>
    </Line>
  );
}

function Line({ tone, children }: { tone: "wait" | "alarm"; children: ReactNode }) {
  return (
    <section className={classes.banner} data-tone={tone} aria-live="polite">
      {children}
    </section>
  );
}
