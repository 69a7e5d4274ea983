/** Owns what is known of a chat after its end: the visitor's rating, and what the agent noted. */
import { useTranslation } from "react-i18next";
import type { Chat } from "../../../api/wire";
import { useUser } from "../../shell/user";
import { Fact } from "../../visitors/VisitParts";
import { partOf } from "../part";
import classes from "../Session.module.css";
import { PanelSection } from "./PanelSection";

export function AfterwardsSection({ chat }: { chat: Chat }) {
  return (
    <>
      <Rated chat={chat} />
      <Noted chat={chat} />
    </>
  );
}

function Rated({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const { rating } = chat;
  if (!rating) return null;
  const value =
    rating.kind === "rating"
      ? t("chats.session.rating_of", { n: rating.rating })
      : t(rating.rating === 1 ? "chats.session.thumb_up" : "chats.session.thumb_down");
  return (
    <PanelSection name="rating" title={t("chats.session.rating")}>
      <dl className={classes.facts}>
        <Fact name={t("chats.session.rated")}>{value}</Fact>
        {rating.comment && <Fact name={t("chats.session.comment")}>{rating.comment}</Fact>}
      </dl>
    </PanelSection>
  );
}

function Noted({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const { disposition, tags, note } = chat.noted;
  // Until then it stands in the form.
  if (partOf(chat, useUser()).owner && !chat.wrapped_up) return null;
  if (!disposition && tags.length === 0 && !note) return null;
  return (
    <PanelSection name="noted" title={t("chats.wrap_up.title")}>
      <dl className={classes.facts}>
        {disposition && <Fact name={t("chats.wrap_up.disposition")}>{disposition}</Fact>}
        {tags.length > 0 && <Fact name={t("chats.wrap_up.tags")}>{tags.join(", ")}</Fact>}
        {note && <Fact name={t("chats.wrap_up.note")}>{note}</Fact>}
      </dl>
    </PanelSection>
  );
}
