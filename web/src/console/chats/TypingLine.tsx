/** Owns the line that says that the visitor is writing. */
import { useTranslation } from "react-i18next";
import type { Chat } from "../../api/wire";
import { useLiveState } from "../live/LiveProvider";
import { useNow } from "../ui/useNow";
import classes from "./Chats.module.css";

export function TypingLine({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const now = useNow();
  const until = useLiveState((live) => live.typing[chat.id] ?? 0);
  return (
    <div className={classes.typing} aria-live="polite">
      {chat.state === "active" && until > now
        ? t("chats.conversation.typing", { name: chat.visitor_name })
        : ""}
    </div>
  );
}
