/** Owns the link to the address that is opened for the agent at the start of a chat. */
import { IconExternalLink } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Chat } from "../../../api/wire";
import { SafeLink } from "../../ui/SafeLink";
import classes from "../Session.module.css";

export function PopSection({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  if (!chat.screen_pop) return null;
  return (
    <div className={classes.part}>
      <SafeLink url={chat.screen_pop.url}>
        {t("chats.session.pop")} <IconExternalLink size={12} />
      </SafeLink>
    </div>
  );
}
