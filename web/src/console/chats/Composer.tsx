/** Owns the place where the agent writes: Enter sends, Shift + Enter makes a new line, the draft is kept. */
import { Button, Textarea } from "@mantine/core";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "../../api/wire";
import { useLive } from "../live/LiveProvider";
import classes from "./Chats.module.css";
import { keepDraft, readDraft } from "./drafts";

const MESSAGE_LENGTH_MAX = 4_000;

export function Composer({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const live = useLive();
  const [text, setText] = useState(() => readDraft(chat.id));
  const field = useRef<HTMLTextAreaElement>(null);
  const over = text.length - MESSAGE_LENGTH_MAX;

  useEffect(() => {
    if (window.matchMedia("(min-width: 721px)").matches) field.current?.focus();
  }, []);
  useEffect(() => {
    const taken = () => setText(readDraft(chat.id));
    window.addEventListener("beckon-draft", taken);
    return () => window.removeEventListener("beckon-draft", taken);
  }, [chat.id]);

  const change = (value: string) => {
    keepDraft(chat.id, value);
    setText(value);
    if (value !== "") live.typing(chat.id);
  };
  const send = () => {
    const message = text.trim();
    if (message === "" || over > 0) return;
    live.say(chat, message);
    keepDraft(chat.id, "");
    setText("");
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className={classes.composer}>
      <Textarea
        ref={field}
        aria-label={t("chats.composer.label")}
        placeholder={t("chats.composer.placeholder")}
        autosize
        minRows={1}
        maxRows={7}
        value={text}
        error={over > 0 ? t("chats.composer.too_long", { over }) : undefined}
        onChange={(event) => change(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <Button onClick={send} disabled={text.trim() === "" || over > 0}>
        {t("chats.composer.send")}
      </Button>
      <div className={classes.composerFoot}>
        <span>{t("chats.composer.hint")}</span>
      </div>
    </div>
  );
}
