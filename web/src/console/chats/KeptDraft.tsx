/** Owns the draft of a chat in which the agent cannot write any more: it is kept, to be copied or given up. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useDraft, useDrafts } from "../drafts/DraftsProvider";
import { CopyIcon } from "../ui/CopyIcon";
import classes from "./Composer.module.css";

export function KeptDraft({ chat }: { chat: string }) {
  const { t } = useTranslation();
  const drafts = useDrafts();
  const { text, audience } = useDraft(chat);
  if (text === "") return null;
  return (
    <div className={classes.kept}>
      <span className="clip">
        {t(audience === "staff" ? "chats.draft.kept_note" : "chats.draft.kept")} {text}
      </span>
      <CopyIcon value={text} label={t("chats.draft.copy")} />
      <Button size="compact-xs" variant="default" onClick={() => drafts.sent(chat, "all")}>
        {t("chats.draft.give_up")}
      </Button>
    </div>
  );
}
