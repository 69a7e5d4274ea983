/** The transcript, what is not yet sent, the typing indicator and the composer. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Message, VisitorChat } from "../../../api/wire";
import type { Unsent } from "../../session";
import { linkify } from "../linkify";
import { message_chars_max } from "../state";
import { fill, type Texts } from "../texts";
import { useUi } from "./context";
import { Farewell } from "./farewell";
import { Dots, Icon } from "./parts";

/** Messages of one sender within this time stand together under one name. */
const group_ms = 120_000;
const near_end_px = 80;

export function Conversation({ chat, ended }: { chat: VisitorChat; ended: boolean }) {
  const { state, t } = useUi();
  const { session } = state;
  return (
    <div class="panel">
      {session.link === "down" && !ended && (
        <p class="lost" role="status">
          <Icon name="warn" />
          {t.lost}
        </p>
      )}
      <Transcript chat={chat} />
      {ended ? <Farewell chat={chat} /> : <Composer />}
    </div>
  );
}

function Transcript({ chat }: { chat: VisitorChat }) {
  const { state, t } = useUi();
  const { messages, unsent, typing_at, link } = state.session;
  const log = useRef<HTMLDivElement>(null);
  const at_end = useRef(true);
  useLayoutEffect(() => {
    if (at_end.current && log.current) log.current.scrollTop = log.current.scrollHeight;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the visitor writes brings the end back into view
  useEffect(() => {
    at_end.current = true;
  }, [unsent.length]);
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
      onScroll={({ currentTarget: at }) => {
        at_end.current = at.scrollHeight - at.scrollTop - at.clientHeight < near_end_px;
      }}
    >
      {messages.map((message, i) => (
        <Line
          key={message.id || message.seq}
          message={message}
          before={messages[i - 1]}
          mark={message === last_own ? (message.seq <= chat.agent_read_seq ? t.read : t.delivered) : ""}
          name={name}
        />
      ))}
      {unsent
        .filter((u) => u.chat === chat.id)
        .map((u) => (
          <Waiting key={u.id} unsent={u} offline={link !== "up"} over={chat.state === "ended"} />
        ))}
      {typing_at > 0 && chat.state === "active" && (
        <div class="typing">
          <Dots />
          <span class="sr">{fill(t.typing, { name })}</span>
        </div>
      )}
    </div>
  );
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
      <Bubble text={message.text} />
      {mark && <div class="mark">{mark}</div>}
    </div>
  );
}

function Waiting({ unsent, offline, over }: { unsent: Unsent; offline: boolean; over: boolean }) {
  const { dispatch, t } = useUi();
  const failed = over || unsent.refused;
  return (
    <div class={`line mine${failed ? " failed" : " waiting"}`}>
      <Bubble text={unsent.text} />
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

function Bubble({ text }: { text: string }) {
  return (
    <div class="bubble" dir="auto">
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

function Composer() {
  const { act, state, t } = useUi();
  const box = useRef<HTMLTextAreaElement>(null);
  const send = () => act({ type: "draft_sent", id: newId(), now: Date.now() });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the draft
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.rows = 1;
    const line_px = 20;
    area.rows = Math.max(1, Math.min(5, Math.round((area.scrollHeight - 22) / line_px)));
  }, [state.draft]);
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={box}
        class="write"
        aria-label={t.message}
        placeholder={t.write_message}
        rows={1}
        dir="auto"
        maxLength={message_chars_max}
        value={state.draft}
        enterkeyhint="send"
        onInput={(event) => act({ type: "drafted", text: event.currentTarget.value, now: Date.now() })}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <button type="submit" class="send" aria-label={t.send} disabled={!state.draft.trim()}>
        <Icon name="send" />
      </button>
    </form>
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
      return t[message.text];
    default:
      // That the chat has ended, and by whom, is said below the transcript.
      return "";
  }
}

function clock(at: number, language: string): string {
  return new Date(at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}

/** 128 random bits; `randomUUID` is missing on pages without TLS. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join(
    "",
  );
}
