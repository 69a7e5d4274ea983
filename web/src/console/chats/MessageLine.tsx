/** Owns one message on screen, with its marks; and one that is still on its way or was refused. */
import { Anchor } from "@mantine/core";
import { IconAlertCircle, IconCheck, IconChecks, IconClock } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Chat, Message } from "../../api/wire";
import { useDrafts } from "../drafts/DraftsProvider";
import { useLive } from "../live/LiveProvider";
import type { OutboxEntry } from "../live/outbox";
import { useUser } from "../shell/user";
import { linkify } from "../ui/linkify";
import { ClockTimeIn } from "../ui/time";
import classes from "./Log.module.css";
import { FileLink } from "./MessageFile";
import type { Mark } from "./mark";
import { partOf } from "./part";
import { refusalText } from "./text";

interface MessageLineProps {
  message: Message;
  joined: boolean;
  last: boolean;
  /** Their name. */
  visitor: string;
  mark: Mark;
  t: TFunction;
  language: string;
}

/** Drawn again only when something of it changes, not with every change of the chat. */
export const MessageLine = memo(function MessageLine(props: MessageLineProps) {
  const { message, joined, last, visitor, mark, t, language } = props;
  const own = message.from === "agent";
  const staff = message.audience === "staff";
  return (
    <div className={classes.message} data-own={own} data-joined={joined} data-staff={staff}>
      {!joined && <span className={classes.by}>{own ? message.name : visitor}</span>}
      {staff && !joined && <span className={classes.staffOnly}>{t("chats.team.only")}</span>}
      <div className={classes.bubble} dir="auto">
        {message.file && <FileLink file={message.file} />}
        <Linked text={message.text} />
      </div>
      {last && (
        <span className={classes.marks}>
          <ClockTimeIn at={message.at} language={language} />
          {own && !staff && <MarkIcon mark={mark} />}
          {own && !staff && <span>{t(`chats.mark.${mark}`)}</span>}
        </span>
      )}
    </div>
  );
});

function MarkIcon({ mark }: { mark: Mark }) {
  switch (mark) {
    case "sent":
      return <IconCheck size={14} />;
    case "delivered":
      return <IconChecks size={14} />;
    case "read":
      return <IconChecks size={14} color="var(--accent)" />;
  }
}

export function PendingLine({ chat, entry }: { chat: Chat; entry: OutboxEntry }) {
  const { t } = useTranslation();
  const live = useLive();
  const drafts = useDrafts();
  const user = useUser();
  const { writes } = partOf(chat, user);
  const again = () => {
    live.discard(entry.id);
    live.say(chat, entry.text, entry.audience ?? "all", entry.file);
  };
  const back = () => {
    drafts.giveBack(chat.id, { text: entry.text, audience: entry.audience ?? "all" });
    live.discard(entry.id);
  };
  if (entry.refused === undefined) {
    return (
      <div className={classes.message} data-own data-pending data-staff={entry.audience === "staff"}>
        <PendingBubble entry={entry} />
        <span className={classes.marks}>
          <IconClock size={12} />
          {t("chats.mark.sending")}
        </span>
      </div>
    );
  }
  return (
    <div className={classes.message} data-own data-refused role="alert">
      <PendingBubble entry={entry} />
      <div className={classes.refusal}>
        <IconAlertCircle size={16} />
        <span>
          {t("chats.mark.not_sent")}: {entry.detail ?? refusalText(entry.refused, t)}
        </span>
        {writes && <Action label={t("chats.mark.again")} run={again} />}
        {writes && entry.text !== "" && <Action label={t("chats.mark.to_composer")} run={back} />}
        <Action label={t("chats.mark.discard")} run={() => live.discard(entry.id)} />
      </div>
    </div>
  );
}

function PendingBubble({ entry }: { entry: OutboxEntry }) {
  return (
    <div className={classes.bubble} dir="auto">
      {entry.file && <FileLink file={entry.file} />}
      {entry.text}
    </div>
  );
}

function Action({ label, run }: { label: string; run: () => void }) {
  return (
    <Anchor component="button" type="button" size="xs" onClick={run}>
      {label}
    </Anchor>
  );
}

/** Plain text with its links; nothing else in it is ever markup. */
function Linked({ text }: { text: string }) {
  return linkify(text).map((piece, index) =>
    piece.href === undefined ? (
      piece.text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never change places
      <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
        {piece.text}
      </a>
    ),
  );
}
