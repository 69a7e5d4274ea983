/** The visitor waits, or the window opened by itself and somebody is coming: place and estimated wait, kept up to date by the server. */
import type { VisitorChat } from "../../../api/wire";
import { lastMove } from "../../transcript";
import { minutes, type Texts } from "../texts";
import { useUi } from "./context";
import { Dots, Greeting, Lost } from "./parts";

export function Queue({ chat }: { chat: VisitorChat }) {
  const { act, state, t } = useUi();
  const moved = lastMove(state.session);
  return (
    <div class="panel queue">
      <Lost />
      <div class="grow">
        <Greeting />
        <Dots />
        <div role="status">
          <h2>{chat.launched ? t.launched_title : titleOf(chat, t)}</h2>
          {moved && <p>{t[moved]}</p>}
          <p>{chat.launched ? t.launched_text : t.queue_text}</p>
          <Figures chat={chat} />
        </div>
      </div>
      <footer>
        <button type="button" class="quiet wide" onClick={() => act({ type: "end_asked", now: Date.now() })}>
          {chat.launched ? t.close : t.leave_queue}
        </button>
      </footer>
    </div>
  );
}

/** Who has talked with somebody and waits again has the conversation below this. */
export function QueueBar({ chat }: { chat: VisitorChat }) {
  const { t } = useUi();
  return (
    <div class="above waits" role="status">
      <h2>{titleOf(chat, t)}</h2>
      <Figures chat={chat} />
    </div>
  );
}

function Figures({ chat }: { chat: VisitorChat }) {
  const { t, language } = useUi();
  const wait = chat.wait_s === undefined ? undefined : waitText(chat.wait_s, t, language);
  if (chat.position === undefined && !wait) return null;
  return (
    <dl>
      {chat.position !== undefined && (
        <div>
          <dt>{t.queue_place}</dt>
          <dd>{chat.position}</dd>
        </div>
      )}
      {wait && (
        <div>
          <dt>{t.queue_wait}</dt>
          <dd dir="auto">{wait}</dd>
        </div>
      )}
    </dl>
  );
}

function titleOf({ position, state }: VisitorChat, t: Texts): string {
  return state === "ringing" || position === 1 ? t.queue_next : t.queue_title;
}

function waitText(wait_s: number, t: Texts, language: string): string {
  return wait_s < 60 ? t.wait_short : minutes(Math.ceil(wait_s / 60), language);
}
