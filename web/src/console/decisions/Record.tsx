/** Owns the record of one presentation: what it was decided on, its times, and what came of it. */
import { Button, Modal } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { PresentationRecord } from "../../api/rest";
import { usePresentation } from "../api/queries";
import { shortUrl } from "../ui/format";
import { OVER } from "../ui/over";
import { Loaded, LoadingRows } from "../ui/states";
import { FullTime } from "../ui/time";
import { Fact } from "../visitors/VisitParts";
import classes from "./Decisions.module.css";
import { reasonSentence } from "./sentence";
import { RuleList } from "./Why";

/** Opens over whatever names a presentation. */
export function RecordModal({ id, onClose }: { id: string | null; onClose(): void }) {
  const { t } = useTranslation();
  const narrow = useMediaQuery("(max-width: 720px)");
  return (
    <Modal
      opened={id !== null}
      onClose={onClose}
      title={t("decisions.record.title")}
      size={560}
      fullScreen={narrow ?? false}
      {...OVER}
    >
      {id !== null && <RecordOf id={id} onClose={onClose} />}
    </Modal>
  );
}

function RecordOf({ id, onClose }: { id: string; onClose(): void }) {
  const record = usePresentation(id);
  return (
    <Loaded query={record} loading={<LoadingRows rows={6} height={24} />}>
      {(data) => <Record record={data} onClose={onClose} />}
    </Loaded>
  );
}

function Record({ record, onClose }: { record: PresentationRecord; onClose(): void }) {
  const { t } = useTranslation();
  const { why } = record;
  return (
    <div className={classes.record}>
      <dl className={classes.facts}>
        <Fact name={t("decisions.record.offer")}>{record.offer.name}</Fact>
        <Fact name={t("decisions.record.rule")}>
          {record.rule
            ? record.rule.name
            : record.by
              ? t("decisions.record.by_hand", { name: record.by.name })
              : t("decisions.record.by_timer")}
        </Fact>
        <Fact name={t("decisions.record.queue")}>{record.queue.name}</Fact>
        <Fact name={t("decisions.record.page")}>
          {why?.page && <span title={why.page.url}>{why.page.title || shortUrl(why.page.url)}</span>}
        </Fact>
        <Fact name={t("decisions.record.version")}>
          {t("decisions.record.version_n", { n: record.config_version })}
        </Fact>
      </dl>
      <Part title={t("decisions.record.times")}>
        <Times record={record} />
      </Part>
      {why ? <Reasons record={record} why={why} /> : <p>{t("decisions.record.forgotten")}</p>}
      <Part title={t("decisions.record.design")}>
        <Design record={record} />
      </Part>
      {record.chat_id && (
        <div>
          <Button
            variant="default"
            size="xs"
            component={Link}
            href={`/chats/${record.chat_id}`}
            onClick={onClose}
          >
            {t("decisions.record.chat")}
          </Button>
        </div>
      )}
    </div>
  );
}

function Times({ record }: { record: PresentationRecord }) {
  const { t } = useTranslation();
  const ended = record.outcome !== null && record.outcome_at !== null;
  return (
    <dl className={classes.facts}>
      <Fact name={t("decisions.record.presented")}>
        <FullTime at={record.presented_at} />
      </Fact>
      {ended ? (
        <Fact name={t(`visitors.presentation.${record.outcome ?? "open"}`)}>
          <FullTime at={record.outcome_at ?? record.presented_at} />
          {record.outcome_reason && (
            <span className={classes.value}>{reasonSentence(record.outcome_reason, t)}</span>
          )}
        </Fact>
      ) : (
        <>
          <Fact name={t("decisions.record.would_be_ignored")}>
            <FullTime at={record.ignored_due} />
          </Fact>
          <Fact name={t("decisions.record.would_be_gone")}>
            <FullTime at={record.passive_due} />
          </Fact>
        </>
      )}
      {record.accepted_late_at !== null && (
        <Fact name={t("decisions.record.accepted_late")}>
          <FullTime at={record.accepted_late_at} />
        </Fact>
      )}
    </dl>
  );
}

interface ReasonsProps {
  record: PresentationRecord;
  why: NonNullable<PresentationRecord["why"]>;
}

function Reasons({ record, why }: ReasonsProps) {
  const { t } = useTranslation();
  const { gate } = why;
  return (
    <>
      {why.overrode.length > 0 && (
        <Part title={t("decisions.record.overrode")}>
          {why.overrode.map((reason) => (
            <div key={reason}>{reasonSentence(reason, t)}</div>
          ))}
        </Part>
      )}
      <Part title={t("decisions.record.gate")}>
        <dl className={classes.facts}>
          <Fact name={t("decisions.record.hours")}>
            {t(gate.hours_open ? "decisions.record.hours_open" : "decisions.record.hours_closed")}
          </Fact>
          <Fact name={t("decisions.record.channel")}>{t(gate.channel_on ? "state.on" : "state.off")}</Fact>
          <Fact name={t("decisions.record.free")}>{String(gate.free_slots)}</Fact>
          <Fact name={t("decisions.record.open_offers")}>
            {t("decisions.record.up_to", {
              count: gate.open_presentations,
              most: gate.free_slots * why.capacity_factor,
            })}
          </Fact>
        </dl>
      </Part>
      <Part title={t("decisions.rules")}>
        <RuleList
          site={record.site_id}
          rules={why.rules}
          left_out={why.rules_left_out}
          won={record.rule?.id ?? null}
        />
      </Part>
    </>
  );
}

function Design({ record }: { record: PresentationRecord }) {
  const { texts, default_language } = record.design;
  const shown = texts[default_language] ?? Object.values(texts)[0];
  if (!shown) return null;
  return (
    <div className={classes.design}>
      <strong>{shown.title}</strong>
      {shown.body && <p>{shown.body}</p>}
      <p>
        {shown.accept_label} · {shown.reject_label}
      </p>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}
