/** Owns the page that the visitor is on now. */
import { IconExternalLink } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Chat } from "../../../api/wire";
import { shortUrl } from "../../ui/format";
import { SafeLink } from "../../ui/SafeLink";
import classes from "../Session.module.css";
import { PanelSection } from "./PanelSection";

export function PageNowSection({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  return (
    <PanelSection name="page" title={t("chats.session.page_now")}>
      {chat.page && chat.visitor_present ? (
        <PageNow title={chat.page.title} url={chat.page.url} />
      ) : (
        <span>{t("chats.session.not_on_page")}</span>
      )}
    </PanelSection>
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
