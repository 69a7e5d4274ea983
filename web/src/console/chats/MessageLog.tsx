/** Owns the log of a conversation: drawing its lines and staying at the newest one. */
import { Button } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { startTransition, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat, Message } from "../../api/wire";
import { useShortcut } from "../keys/useShortcut";
import { useLiveState } from "../live/LiveProvider";
import { dayLabel } from "../ui/format";
import { serverNow } from "../ui/server-time";
import classes from "./Log.module.css";
import { type Line, linesOf } from "./lines";
import { UploadLine } from "./MessageFile";
import { MessageLine, PendingLine } from "./MessageLine";
import { markOf } from "./mark";
import { systemText } from "./text";

/** A conversation opens with as many of its last lines as fit on a screen, the next follow at once, the rest on demand. */
const LINES_FIRST = 20;
const LINES_AT_ONCE = 80;
/** So near the end counts as at the end, in pixels. */
const NEAR_END = 80;

export function MessageLog({ chat, messages }: { chat: Chat; messages: Message[] }) {
  const { t, i18n } = useTranslation();
  const outbox = useLiveState((live) => live.outbox);
  const uploads = useLiveState((live) => live.uploads);
  const lines = useMemo(() => {
    const entries = outbox.filter((entry) => entry.chat === chat.id);
    const files = uploads.filter((upload) => upload.chat === chat.id);
    return linesOf(messages, entries, files);
  }, [messages, outbox, uploads, chat.id]);
  const [shown, setShown] = useState(LINES_FIRST);
  useEffect(() => startTransition(() => setShown(LINES_AT_ONCE)), []);
  const { frame, away, toEnd, stay } = useStayAtEnd(lines, shown);
  const hidden = Math.max(0, lines.length - shown);
  useShortcut("log", () => frame.current?.focus());
  return (
    <div className={classes.logFrame}>
      <div
        className={classes.log}
        ref={frame}
        role="log"
        aria-label={t("chats.conversation.log")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
        tabIndex={0}
      >
        {lines.length === 0 && <p className={classes.system}>{t("chats.conversation.empty")}</p>}
        {hidden > 0 && shown >= LINES_AT_ONCE && (
          <Button
            className={classes.earlier}
            size="compact-sm"
            variant="default"
            onClick={() => {
              stay();
              setShown(shown + LINES_AT_ONCE);
            }}
          >
            {t("chats.conversation.earlier")}
          </Button>
        )}
        {lines.slice(hidden).map((line) => (
          <LogLine key={line.key} line={line} chat={chat} t={t} language={i18n.language} />
        ))}
      </div>
      {away && (
        <Button
          className={classes.down}
          size="compact-sm"
          variant="default"
          leftSection={<IconArrowDown size={14} />}
          onClick={toEnd}
        >
          {t("chats.conversation.new_messages")}
        </Button>
      )}
    </div>
  );
}

interface LogLineProps {
  line: Line;
  chat: Chat;
  t: TFunction;
  language: string;
}

/** Each line is given the texts: with a hook of its own for them, a long log would take twice the time. */
function LogLine({ line, chat, t, language }: LogLineProps) {
  switch (line.kind) {
    case "day":
      return <div className={classes.day}>{dayLabel(line.at, serverNow(), language)}</div>;
    case "system":
      return <div className={classes.system}>{systemText(line.message.text, line.message.name, t)}</div>;
    case "message":
      return (
        <MessageLine
          message={line.message}
          joined={line.joined}
          last={line.last}
          visitor={chat.visitor_name}
          mark={markOf(chat, line.message.seq)}
          t={t}
          language={language}
        />
      );
    case "pending":
      return <PendingLine entry={line.entry} chat={chat} />;
    case "upload":
      return <UploadLine upload={line.upload} />;
  }
}

/** Scrolls with new lines while the reader is at the end; otherwise tells that there are some. What the agent sends brings the end back, once. */
function useStayAtEnd(lines: readonly Line[], shown: number) {
  const frame = useRef<HTMLDivElement>(null);
  const at_end = useRef(true);
  const known = useRef(new Set<string>());
  /** How far above the end of the log the reader stood when they asked for earlier lines. */
  const above_end = useRef<number | null>(null);
  const [away, setAway] = useState(false);

  const toEnd = () => {
    const element = frame.current;
    if (element) element.scrollTop = element.scrollHeight;
    setAway(false);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when lines have come or gone
  useLayoutEffect(() => {
    const fresh = lines.filter(({ key }) => !known.current.has(key));
    for (const { key } of fresh) known.current.add(key);
    if (fresh.some(({ kind }) => kind === "pending" || kind === "upload")) at_end.current = true;
    if (at_end.current) toEnd();
    else if (fresh.length > 0) setAway(true);
  }, [lines]);
  const stay = () => {
    if (frame.current) above_end.current = frame.current.scrollHeight - frame.current.scrollTop;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when earlier lines were added above
  useLayoutEffect(() => {
    const element = frame.current;
    const stood = above_end.current;
    above_end.current = null;
    if (!element) return;
    if (stood !== null) {
      // At the very top a browser keeps the top in view, not what stood there.
      element.scrollTop = element.scrollHeight - stood;
      // The button goes with the earliest lines.
      if (document.activeElement === document.body) element.focus({ preventScroll: true });
    } else if (at_end.current) element.scrollTop = element.scrollHeight;
  }, [shown]);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const look = () => {
      at_end.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
      if (at_end.current) setAway(false);
    };
    const resized = new ResizeObserver(() => {
      if (at_end.current) element.scrollTop = element.scrollHeight;
    });
    element.addEventListener("scroll", look, { passive: true });
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      resized.disconnect();
    };
  }, []);
  return { frame, away, toEnd, stay };
}
