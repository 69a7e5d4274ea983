/** The transcript, what is not yet sent, and the typing indicator. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Message, MessageFile, VisitorChat } from "../../../api/wire";
import type { Unsent } from "../../session";
import { linkify } from "../linkify";
import { fill, type Texts } from "../texts";
import { Composer } from "./composer";
import { useUi } from "./context";
import { Farewell } from "./farewell";
import { FileLink, UploadLine } from "./files";
import { Dots, Greeting, Lost } from "./parts";
import { QueueBar } from "./queue";

/** Messages of one sender within this time stand together under one name. */
const group_ms = 120_000;
const near_end_px = 80;

export function Conversation({ chat, ended }: { chat: VisitorChat; ended: boolean }) {
  return (
    <div class="panel">
      {!ended && <Lost />}
      {!ended && chat.state !== "active" && <QueueBar chat={chat} />}
      <Transcript chat={chat} />
      {ended ? <Farewell chat={chat} /> : <Composer files={chat.files} />}
    </div>
  );
}

function Transcript({ chat }: { chat: VisitorChat }) {
  const { state, t } = useUi();
  const { messages, unsent, typing_at, typing_name, link } = state.session;
  const { uploads } = state;
  const { log, content, onScroll } = useEnd([...unsent, ...uploads].map(({ id }) => id));
  const own = messages.filter((m) => m.from === "visitor");
  const last_own = own[own.length - 1];
  const name = chat.agent ? chat.agent.name : t.agent;
  return (
    <div
      class="log"
      role="log"
      aria-label={t.transcript}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      ref={log}
      onScroll={onScroll}
    >
      <div ref={content}>
        <Greeting />
        {messages.map((message, i) => (
          <Line
            key={message.id || message.seq}
            message={message}
            before={messages[i - 1]}
            mark={message === last_own ? markOf(message.seq, chat, t) : ""}
            name={name}
          />
        ))}
        {unsent
          .filter((u) => u.chat === chat.id)
          .map((u) => (
            <Waiting key={u.id} unsent={u} offline={link !== "up"} over={chat.state === "ended"} />
          ))}
        {uploads.map((upload) => (
          <UploadLine key={upload.id} upload={upload} />
        ))}
        {typing_at > 0 && chat.state === "active" && (
          <div class="typing">
            <Dots />
            <span class="sr">{fill(t.typing, { name: typing_name || name })}</span>
          </div>
        )}
      </div>
    </div>
  );
}

interface End {
  log: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  onScroll(): void;
}

/**
 * Whoever is at the end stays there, whatever comes and however low the log becomes. What the visitor sends brings the end back, once:
 * an upload becomes a message under the same id.
 */
function useEnd(own: string[]): End {
  const log = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const at_end = useRef(true);
  const heights = useRef("");
  const own_before = useRef(new Set(own));
  useLayoutEffect(() => {
    for (const id of own) {
      if (own_before.current.has(id)) continue;
      own_before.current.add(id);
      at_end.current = true;
    }
    if (at_end.current && log.current) log.current.scrollTop = log.current.scrollHeight;
  });
  // An on-screen keyboard, a longer draft, a notice above, a picture that does not load: none of them draws the log anew.
  useLayoutEffect(() => {
    const at = log.current;
    if (!at || !content.current) return;
    const resized = new ResizeObserver(() => {
      heights.current = heightsOf(at);
      if (at_end.current) at.scrollTop = at.scrollHeight;
    });
    resized.observe(at);
    resized.observe(content.current);
    return () => resized.disconnect();
  }, []);
  const onScroll = () => {
    const at = log.current;
    // Where the log stands when its height has just changed is not where the visitor has gone.
    if (at && heightsOf(at) === heights.current)
      at_end.current = at.scrollHeight - at.scrollTop - at.clientHeight < near_end_px;
  };
  return { log, content, onScroll };
}

function heightsOf({ clientHeight, scrollHeight }: HTMLElement): string {
  return `${clientHeight} ${scrollHeight}`;
}

function markOf(seq: number, chat: VisitorChat, t: Texts): string {
  if (seq <= chat.agent_read_seq) return t.read;
  return seq <= chat.agent_delivered_seq ? t.delivered : t.sent;
}

function Line(props: { message: Message; before: Message | undefined; mark: string; name: string }) {
  const { message, before, mark, name } = props;
  const { t, language } = useUi();
  if (message.from === "system") {
    const text = systemText(t, message, name);
    return text ? <p class="system">{text}</p> : null;
  }
  const mine = message.from === "visitor";
  const joined = before && before.from === message.from && message.at - before.at < group_ms;
  return (
    <div class={`line ${mine ? "mine" : "theirs"}${joined ? " joined" : ""}`}>
      {!joined && (
        <div class="who">
          <span>{mine ? t.you : message.name || name}</span>
          <time
            dateTime={new Date(message.at).toISOString()}
            title={new Date(message.at).toLocaleString(language)}
          >
            {clock(message.at, language)}
          </time>
        </div>
      )}
      <Bubble text={message.text} file={message.file} />
      {mark && <div class="mark">{mark}</div>}
    </div>
  );
}

function Waiting({ unsent, offline, over }: { unsent: Unsent; offline: boolean; over: boolean }) {
  const { dispatch, t } = useUi();
  const failed = over || unsent.refused;
  return (
    <div class={`line mine${failed ? " failed" : " waiting"}`}>
      <Bubble text={unsent.text} file={unsent.file} />
      {failed ? (
        <div class="mark">
          <span>{t.not_sent}</span>
          {!over && (
            <>
              <button
                type="button"
                onClick={() => dispatch({ type: "retried", id: unsent.id, now: Date.now() })}
              >
                {t.try_again}
              </button>
              <button type="button" onClick={() => dispatch({ type: "discarded", id: unsent.id })}>
                {t.discard}
              </button>
            </>
          )}
        </div>
      ) : (
        <div class="mark">{offline ? t.kept : t.sending}</div>
      )}
    </div>
  );
}

function Bubble({ text, file }: { text: string; file: MessageFile | undefined }) {
  const [broken, setBroken] = useState(false);
  const picture = file && file.picture && file.thumb_url && !broken;
  return (
    <div class={picture && !text ? "bubble bare" : "bubble"} dir="auto">
      {file && <FileLink file={file} broken={broken} onBroken={() => setBroken(true)} />}
      {linkify(text).map((piece, i) =>
        piece.href ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a message never change
          <a key={i} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </div>
  );
}

function systemText(t: Texts, message: Message, agent: string): string {
  const name = message.name || agent;
  switch (message.text) {
    case "agent_joined":
    case "agent_left":
    case "guest_left":
    case "handed_over":
      return fill(t[message.text], { name });
    case "transferred":
    case "idle_warning":
    case "queue_moved":
      return t[message.text];
    default:
      // That the chat has ended, and by whom, is said below the transcript.
      return "";
  }
}

function clock(at: number, language: string): string {
  return new Date(at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}
