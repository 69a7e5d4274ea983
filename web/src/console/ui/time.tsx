/** Owns the elements that show times: each ticks by itself and has the absolute time on hover. */
import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ago, clock, fullTime, timer } from "./format";
import { useNow } from "./useNow";

export function Ago({ at }: { at: number }) {
  const { i18n } = useTranslation();
  const now = useNow();
  return (
    <Tooltip label={fullTime(at, i18n.language)}>
      <time dateTime={new Date(at).toISOString()}>{ago(at, now, i18n.language)}</time>
    </Tooltip>
  );
}

/** Time since `since`, or up to `until` once it is known. */
export function Elapsed({ since, until }: { since: number; until?: number | null }) {
  const now = useNow();
  return <span className="num">{timer((until ?? Math.max(now, since)) - since)}</span>;
}

/** Whole seconds left, never below 0. */
export function useSecondsLeft(due_at: number): number {
  const now = useNow();
  return Math.max(0, Math.ceil((due_at - now) / 1000));
}

/** The browser's own tooltip: a long conversation has one of these for each line. */
export function ClockTime({ at }: { at: number }) {
  const { i18n } = useTranslation();
  return <ClockTimeIn at={at} language={i18n.language} />;
}

/** The same where the language is at hand. */
export function ClockTimeIn({ at, language }: { at: number; language: string }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at, language)}>
      {clock(at, language)}
    </time>
  );
}

/** The absolute time, to the second. */
export function FullTime({ at }: { at: number }) {
  const { i18n } = useTranslation();
  return <time dateTime={new Date(at).toISOString()}>{fullTime(at, i18n.language)}</time>;
}
