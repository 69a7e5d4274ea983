/** Owns what the visitor answered in the form. */
import { useTranslation } from "react-i18next";
import type { Chat } from "../../../api/wire";
import { Fact } from "../../visitors/VisitParts";
import classes from "../Session.module.css";
import { PanelSection } from "./PanelSection";

export function AnswersSection({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  if (chat.answers.length === 0) return null;
  return (
    <PanelSection name="answers" title={t("chats.session.answers")}>
      <dl className={classes.facts}>
        {chat.answers.map((answer) => (
          <Fact key={answer.key} name={answer.label}>
            {answer.value}
          </Fact>
        ))}
      </dl>
    </PanelSection>
  );
}
