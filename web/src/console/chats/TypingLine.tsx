/** Owns the line that says who is writing: the visitor, and whoever else of the team. */
import { useTranslation } from "react-i18next";
import type { Chat } from "../../api/wire";
import { useLiveState } from "../live/LiveProvider";
import { useNow } from "../ui/useNow";
import classes from "./Log.module.css";

export function TypingLine({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const now = useNow();
  const until = useLiveState((live) => live.typing[chat.id] ?? 0);
  const colleague = useLiveState((live) => live.writing[chat.id]);
  const names: string[] = [];
  if (chat.state === "active" && until > now) names.push(chat.visitor_name);
  if (chat.state === "active" && colleague && colleague.until > now) names.push(colleague.name);
  return (
    <div className={classes.typing} aria-live="polite">
      {names.map((name) => t("chats.conversation.typing", { name })).join(" · ")}
    </div>
  );
}
