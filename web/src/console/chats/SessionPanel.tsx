/** Owns Active session: who the visitor is, and below it the parts that say what is known. */
import { useTranslation } from "react-i18next";
import type { Chat } from "../../api/wire";
import { CopyIcon } from "../ui/CopyIcon";
import { Dot } from "../ui/Dot";
import { shortId } from "../ui/format";
import classes from "./Session.module.css";
import { SECTIONS } from "./session/sections";

export function SessionPanel({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  return (
    <>
      <div className={classes.part}>
        <div className={classes.visitor}>
          <Dot tone={chat.visitor_present ? "good" : "off"} />
          <h2 className="clip">{chat.visitor_name}</h2>
          <CopyIcon value={chat.visitor_id} label={t("action.show_id", { id: shortId(chat.visitor_id) })} />
        </div>
      </div>
      {SECTIONS.map(({ key, Part }) => (
        <Part key={key} chat={chat} />
      ))}
    </>
  );
}
