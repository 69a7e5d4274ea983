/** Owns ringing chats where the list of chats is not on screen: on other pages, and beside a conversation on a phone. */
import { useMediaQuery } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { RingCard } from "../chats/RingCard";
import { useChatGroups } from "./Attention";
import classes from "./Shell.module.css";

export function RingDock() {
  const { t } = useTranslation();
  const [path] = useLocation();
  const phone = useMediaQuery("(max-width: 720px)", false);
  const { ringing } = useChatGroups();
  const listed = path === "/chats" || (path.startsWith("/chats/") && !phone);
  if (listed || ringing.length === 0) return null;
  return (
    <aside className={classes.dock} aria-label={t("chats.list.ringing")}>
      {ringing.map((chat) => (
        <RingCard key={chat.id} chat={chat} />
      ))}
    </aside>
  );
}
