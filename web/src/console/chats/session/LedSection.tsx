/** Owns what led to the chat: who began, rule, offer, queue, and how long the visitor waited. */
import { useTranslation } from "react-i18next";
import type { Chat } from "../../../api/wire";
import { RecordLink } from "../../decisions/RecordLink";
import { span } from "../../ui/format";
import { Fact } from "../../visitors/VisitParts";
import classes from "../Session.module.css";
import { PanelSection } from "./PanelSection";

export function LedSection({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const waited =
    chat.queued_at !== null && chat.answered_at !== null ? chat.answered_at - chat.queued_at : null;
  return (
    <PanelSection name="led" title={t("chats.session.led")}>
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
    </PanelSection>
  );
}
