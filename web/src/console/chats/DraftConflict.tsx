/** Owns the question which of two drafts stays, when another browser wrote one meanwhile. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useDrafts } from "../drafts/DraftsProvider";
import classes from "./Composer.module.css";

export function DraftConflict({ chat, theirs }: { chat: string; theirs: string }) {
  const { t } = useTranslation();
  const drafts = useDrafts();
  return (
    <div className={classes.conflict} role="alert">
      <span className="clip">
        {t("chats.draft.conflict")} {theirs}
      </span>
      <Button size="compact-xs" variant="default" onClick={() => drafts.decide(chat, "theirs")}>
        {t("chats.draft.theirs")}
      </Button>
      <Button size="compact-xs" variant="default" onClick={() => drafts.decide(chat, "mine")}>
        {t("chats.draft.mine")}
      </Button>
    </div>
  );
}
