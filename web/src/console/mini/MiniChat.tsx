/** Owns one chat in the mini window: its last messages, what is on its way, and the text field, which shares the draft. */
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat, Message } from "../../api/wire";
import { gapsIn } from "../chats/canned/expand";
import { DraftConflict } from "../chats/DraftConflict";
import { systemText } from "../chats/text";
import { useDraft, useDrafts } from "../drafts/DraftsProvider";
import { useLive, useLiveState, useMessages } from "../live/LiveProvider";
import classes from "./Mini.module.css";

const SHOWN = 20;
const MESSAGE_LENGTH_MAX = 4_000;

export function MiniChat({ chat, view }: { chat: Chat; view: Window }) {
  const { t } = useTranslation();
  const messages = useMessages(chat.id).data ?? [];
  const outbox = useLiveState((live) => live.outbox).filter((entry) => entry.chat === chat.id);
  const log = useRef<HTMLDivElement>(null);
  const last = messages.at(-1)?.seq ?? 0;
  useRead(chat, last, view);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when a line was added
  useLayoutEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [last, outbox.length]);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard */}
      <div className={classes.log} ref={log} role="log" tabIndex={0} aria-label={t("chats.conversation.log")}>
        {messages.slice(-SHOWN).map((message) => (
          <Line key={message.id} message={message} />
        ))}
        {outbox.map((entry) => (
          <div
            key={entry.id}
            className={classes.line}
            data-from="agent"
            data-pending
            data-staff={entry.audience === "staff"}
          >
            {entry.text}
            {entry.file && <span className={classes.file}>{entry.file.name}</span>}
            {entry.refused && <span className={classes.refused}>{t("chats.mark.not_sent")}</span>}
          </div>
        ))}
      </div>
      <Field chat={chat} />
    </>
  );
}

function Line({ message }: { message: Message }) {
  const { t } = useTranslation();
  return (
    <div className={classes.line} data-from={message.from} data-staff={message.audience === "staff"}>
      {message.from === "system" ? systemText(message.text, message.name, t) : message.text}
      {message.file && <span className={classes.file}>{message.file.name}</span>}
    </div>
  );
}

function Field({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const live = useLive();
  const drafts = useDrafts();
  const { text, audience, conflict } = useDraft(chat.id);
  const staff = audience === "staff";
  const [warned, setWarned] = useState(false);
  const over = text.length > MESSAGE_LENGTH_MAX;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (text.trim() === "" || over) return;
    if (gapsIn(text).length > 0) {
      setWarned(true);
      return;
    }
    live.say(chat, text.trim(), audience);
    drafts.sent(chat.id, audience);
  };
  return (
    <div className={classes.field} data-staff={staff}>
      {conflict !== null && <DraftConflict chat={chat.id} theirs={conflict} />}
      <textarea
        rows={2}
        aria-label={t(staff ? "chats.composer.note_label" : "chats.composer.label")}
        placeholder={t(staff ? "chats.composer.note_placeholder" : "chats.composer.placeholder")}
        value={text}
        onChange={(event) => {
          setWarned(false);
          drafts.change(chat.id, event.currentTarget.value, audience);
          if (event.currentTarget.value !== "" && !staff) live.typing(chat.id);
        }}
        onKeyDown={onKeyDown}
      />
      <label className={classes.note}>
        <input
          type="checkbox"
          checked={staff}
          onChange={(event) => drafts.change(chat.id, text, event.currentTarget.checked ? "staff" : "all")}
        />
        {t("chats.composer.as_note")}
        {staff && <span>{t("chats.team.only")}</span>}
      </label>
      {warned && <p role="alert">{t("mini.gaps")}</p>}
      {over && <p role="alert">{t("chats.composer.too_long", { over: text.length - MESSAGE_LENGTH_MAX })}</p>}
    </div>
  );
}

/** What is on screen while the window has the focus counts as read. */
function useRead(chat: Chat, last: number, view: Window): void {
  const live = useLive();
  const [focused, setFocused] = useState(() => view.document.hasFocus());
  useEffect(() => {
    const look = () => setFocused(view.document.hasFocus());
    const events = ["focus", "blur"] as const;
    for (const event of events) view.addEventListener(event, look);
    return () => {
      for (const event of events) view.removeEventListener(event, look);
    };
  }, [view]);
  useEffect(() => {
    if (focused) live.read(chat, last);
  }, [live, focused, last, chat]);
}
