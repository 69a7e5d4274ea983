/** Owns Active session: who the visitor is, what led here, and the visit as it goes on. */
import { IconExternalLink } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { VisitDetail } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { useVisit } from "../api/queries";
import { RecordLink } from "../decisions/RecordLink";
import { CopyIcon } from "../ui/CopyIcon";
import { Dot } from "../ui/Dot";
import { shortId, shortUrl, span } from "../ui/format";
import { SafeLink } from "../ui/SafeLink";
import { Loaded, LoadingRows } from "../ui/states";
import { Fact, Presentations, VisitFacts, VisitPages } from "../visitors/VisitParts";
import classes from "./Chats.module.css";

/** Pages come live; dwell times of pages already left settle with this refresh. */
const REFRESH_MS = 20_000;

export function SessionPanel({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const visit = useVisit(chat.visit_id, chat.state === "ended" ? false : REFRESH_MS);
  return (
    <>
      <div className={classes.part}>
        <div className={classes.visitor}>
          <Dot tone={chat.visitor_present ? "good" : "off"} />
          <h2 className="clip">{chat.visitor_name}</h2>
          <CopyIcon value={chat.visitor_id} label={t("action.show_id", { id: shortId(chat.visitor_id) })} />
        </div>
      </div>
      <Answers chat={chat} />
      <Part title={t("chats.session.led")}>
        <Led chat={chat} />
      </Part>
      <Part title={t("chats.session.page_now")}>
        {chat.page && chat.visitor_present ? (
          <PageNow title={chat.page.title} url={chat.page.url} />
        ) : (
          <span>{t("chats.session.not_on_page")}</span>
        )}
      </Part>
      <Loaded query={visit} loading={<LoadingRows rows={4} height={24} />}>
        {(data) => <VisitSections visit={data} />}
      </Loaded>
    </>
  );
}

function VisitSections({ visit }: { visit: VisitDetail }) {
  const { t } = useTranslation();
  return (
    <>
      <Part title={t("chats.session.pages")}>
        <VisitPages visit={visit} />
      </Part>
      {visit.presentations.length > 0 && (
        <Part title={t("chats.session.presentations")}>
          <Presentations presentations={visit.presentations} />
        </Part>
      )}
      <Part title={t("chats.session.facts")}>
        <VisitFacts visit={visit} />
      </Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.part}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Answers({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  if (chat.answers.length === 0) return null;
  return (
    <Part title={t("chats.session.answers")}>
      <dl className={classes.facts}>
        {chat.answers.map((answer) => (
          <Fact key={answer.key} name={answer.label}>
            {answer.value}
          </Fact>
        ))}
      </dl>
    </Part>
  );
}

function Led({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const waited =
    chat.queued_at !== null && chat.answered_at !== null ? chat.answered_at - chat.queued_at : null;
  return (
    <dl className={classes.facts}>
      <Fact name={t("chats.session.mode")}>{t(`chats.session.modes.${chat.mode}`)}</Fact>
      {chat.rule && (
        <Fact name={t("chats.session.rule")}>
          <RecordLink name={chat.rule.name} presentation={chat.presentation_id} />
        </Fact>
      )}
      {chat.offer && (
        <Fact name={t("chats.session.offer")}>
          <RecordLink name={chat.offer.name} presentation={chat.presentation_id} />
        </Fact>
      )}
      <Fact name={t("chats.session.queue")}>{chat.queue.name}</Fact>
      {waited !== null && <Fact name={t("chats.session.wait")}>{span(waited)}</Fact>}
    </dl>
  );
}

function PageNow({ title, url }: { title: string; url: string }) {
  return (
    <div>
      <div className="clip">{title || shortUrl(url)}</div>
      <SafeLink url={url} className={`${classes.address} clip`}>
        {shortUrl(url)} <IconExternalLink size={12} />
      </SafeLink>
    </div>
  );
}
