/** Owns the parts that come from the visit: its pages as they happen, its offers, and where the visitor came from. */
import { useTranslation } from "react-i18next";
import type { Chat } from "../../../api/wire";
import { useVisit } from "../../api/queries";
import { Loaded, LoadingRows } from "../../ui/states";
import { Presentations, VisitFacts, VisitPages } from "../../visitors/VisitParts";
import { PanelSection } from "./PanelSection";

/** Pages come live; dwell times of pages already left settle with this refresh. */
const REFRESH_MS = 20_000;

export function VisitSections({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const visit = useVisit(chat.visit_id, chat.state === "ended" ? false : REFRESH_MS);
  return (
    <Loaded query={visit} loading={<LoadingRows rows={4} height={24} />}>
      {(data) => (
        <>
          <PanelSection name="pages" title={t("chats.session.pages")}>
            <VisitPages visit={data} />
          </PanelSection>
          {data.presentations.length > 0 && (
            <PanelSection name="presentations" title={t("chats.session.presentations")}>
              <Presentations presentations={data.presentations} />
            </PanelSection>
          )}
          <PanelSection name="facts" title={t("chats.session.facts")}>
            <VisitFacts visit={data} />
          </PanelSection>
        </>
      )}
    </Loaded>
  );
}
