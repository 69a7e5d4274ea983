/**
 * The leader tab's connection: a WebSocket, or, where none can be had, the same frames by POST at the Poll Interval.
 * Owns reconnecting and pacing. Over a break it keeps what was observed; what the session promised, the session sends again.
 */
import type { VisitorFrame, VisitorNotice } from "../../api/wire";
import { quietly } from "./quietly";

export interface Transport {
  /** Sends now, or, when there is no connection, keeps what was observed and tries to get one for what cannot wait. */
  send(frame: VisitorFrame): void;
  /** A sign of life, at most one in a Poll Interval. */
  beat(): void;
  /** The last words of the page, then the end. */
  stop(last?: VisitorFrame): void;
}

interface Owner {
  /** Address of the server, without a path. */
  host: string;
  hello(): VisitorFrame;
  hear(notice: VisitorNotice): void;
  down(): void;
  /** The server does not know the token any more. False when there was none to forget. */
  forgetToken(): boolean;
  /** A chat is under way: what comes in is waited for. */
  urgent(): boolean;
}

const connect_ms_max = 10_000;
const socket_retry_ms = 300_000;
const delay_ms_max = 60_000;
const urgent_delay_ms_max = 5_000;
const urgent_poll_ms = 3_000;
const nudge_ms_min = 1_000;
/** One poll takes 64 frames, with the hello and those of the session. */
const queue_max = 50;
const late_ms = 1_500;
/** When nothing has come for this long, the server is asked for a sign: soon while a chat is under way, else seldom. */
const quiet_ms_max = 60_000;
const urgent_quiet_ms_max = 15_000;
/** A connection over which the sign does not come in this time is dead, whatever the browser believes. */
const sign_ms_max = 10_000;
/** Loads, so that the tabs can say which pages they show before the first frame tells the server. */
const gather_ms = 30;
const observed = /^(set|event|form|scroll|exit|cons)/;
/** A hello tells the pages that are open; of one that is on its way it is too late for what they do next. */
const paged = /^(page|leave)/;

export function startTransport(owner: Owner): Transport {
  let socket: WebSocket | null = null;
  let mode: "down" | "socket" | "poll" | "stopped" = "down";
  let failures = 0;
  let interval_ms = 10_000;
  let tried_at = 0;
  let beat_at = 0;
  let stalled = false;
  let heard_at = 0;
  /** When a sign was asked for; 0 when none is owed. */
  let asked_at = 0;
  let posting = false;
  let greeted = false;
  let queue: VisitorFrame[] = [];
  let timer: ReturnType<typeof setTimeout>;
  let due_at = 0;
  let due = () => {};

  const is = (wanted: typeof mode) => mode === wanted;
  const after = (ms: number, act: () => void) => {
    clearTimeout(timer);
    due = act;
    due_at = Date.now() + ms;
    timer = setTimeout(act, ms);
  };

  const hear = (notice: VisitorNotice) => {
    if (notice.type === "welcome") {
      interval_ms = Math.max(2, notice.poll_interval_s) * 1000;
      failures = 0;
    }
    if (notice.type === "move") {
      drop();
      lost(notice.after_ms);
    } else owner.hear(notice);
  };

  const drop = () => {
    const old = socket;
    if (!old) return;
    old.onclose = old.onmessage = null;
    // The browser complains in the page's console of a socket that is closed before it is open.
    if (old.readyState) old.close(1000);
    else old.onopen = () => old.close(1000);
    socket = null;
  };

  const lost = (wait_ms = 0) => {
    owner.down();
    if (mode === "stopped") return;
    mode = "down";
    greeted = false;
    queue = queue.filter(isObserved);
    failures++;
    const cap = owner.urgent() ? urgent_delay_ms_max : delay_ms_max;
    const delay = Math.min(cap, 500 * 2 ** Math.min(failures - 1, 8));
    after(wait_ms + delay * (0.5 + Math.random()), connect);
  };

  const refused = (code: number) => {
    const forgotten = code === 4401 && owner.forgetToken();
    if (!forgotten && code >= 4400 && code < 4500 && code !== 4429 && code !== 4408) mode = "stopped";
    lost(code === 4429 ? 30_000 : 0);
  };

  const connect = () => {
    tried_at = Date.now();
    // After two failures every second try goes by POST, which tells a blocked WebSocket from an absent server.
    if (failures > 1 && failures % 2 === 0) poll();
    else openSocket();
  };

  const openSocket = () => {
    let mine: WebSocket;
    try {
      mine = new WebSocket(`${owner.host.replace(/^http/, "ws")}/live/visitor`);
    } catch {
      lost();
      return;
    }
    socket = mine;
    const slow = setTimeout(() => {
      if (socket !== mine) return;
      drop();
      lost();
    }, connect_ms_max);
    asked_at = 0;
    mine.onopen = () => {
      mine.send(JSON.stringify(owner.hello()));
      greeted = true;
    };
    mine.onmessage = (event) =>
      quietly(() => {
        const notice = JSON.parse(event.data) as VisitorNotice;
        heard_at = Date.now();
        asked_at = 0;
        if (notice.type === "echo") return;
        if (notice.type === "welcome") {
          clearTimeout(slow);
          mode = "socket";
          stalled = false;
          beat_at = Date.now();
          for (const frame of queue.splice(0)) mine.send(JSON.stringify(frame));
        }
        hear(notice);
      });
    mine.onclose = (event) => {
      clearTimeout(slow);
      socket = null;
      refused(event.code);
    };
  };

  const poll = async () => {
    if (posting || mode === "stopped") return;
    posting = true;
    clearTimeout(timer);
    const sent = queue.splice(0);
    const answer = await post(owner.host, [owner.hello(), ...sent]);
    posting = false;
    if (is("stopped")) return;
    if (typeof answer === "number") {
      queue = [...sent.filter(isObserved), ...queue];
      return refused(answer);
    }
    mode = "poll";
    for (const notice of answer) quietly(() => hear(notice));
    if (!is("poll")) return;
    if (Date.now() - tried_at > socket_retry_ms) {
      mode = "down";
      failures = 0;
      return connect();
    }
    after(queue.length ? 200 : owner.urgent() ? Math.min(interval_ms, urgent_poll_ms) : interval_ms, poll);
  };

  const nudge = () => {
    if (mode !== "down" || socket || posting || Date.now() - tried_at < nudge_ms_min) return;
    clearTimeout(timer);
    connect();
  };

  const onOffline = () => {
    if (mode !== "socket") return;
    drop();
    lost();
  };

  addEventListener("online", nudge);
  addEventListener("offline", onOffline);
  after(gather_ms, connect);

  return {
    send(frame) {
      if (mode === "socket" && socket) {
        socket.send(JSON.stringify(frame));
        return;
      }
      if (mode === "poll" || isObserved(frame) || (greeted && paged.test(frame.type)))
        queue = [...queue, frame].slice(-queue_max);
      if (mode === "poll") after(50, poll);
      else if (/say|accept|open/.test(frame.type)) nudge();
    },
    beat() {
      // A hidden tab's timer may be late by a minute; the beats of a visible tab are on time.
      const waiting = (mode === "down" || mode === "poll") && !socket && !posting;
      if (waiting && Date.now() > due_at + late_ms) after(0, due);
      if (mode !== "socket" || !socket) return;
      if (asked_at && Date.now() - asked_at > sign_ms_max) return onOffline();
      if (!asked_at && Date.now() - heard_at > (owner.urgent() ? urgent_quiet_ms_max : quiet_ms_max)) {
        asked_at = Date.now();
        socket.send('{"type":"echo"}');
      }
      if (Date.now() - beat_at < interval_ms * 0.9) return;
      beat_at = Date.now();
      // Bytes that have not left since the last beat: the network is gone and the browser has not noticed.
      if (socket.bufferedAmount && stalled) return onOffline();
      stalled = socket.bufferedAmount > 0;
      socket.send('{"type":"beat"}');
    },
    stop(last) {
      clearTimeout(timer);
      removeEventListener("online", nudge);
      removeEventListener("offline", onOffline);
      if (last && mode === "socket" && socket) socket.send(JSON.stringify(last));
      if (last && mode === "poll")
        navigator.sendBeacon(
          `${owner.host}/live/visitor`,
          JSON.stringify({ frames: [owner.hello(), ...queue, last] }),
        );
      mode = "stopped";
      drop();
    },
  };
}

const isObserved = (frame: VisitorFrame) => observed.test(frame.type);

/** The notices that answer the frames, or the close code that a socket would have had. */
async function post(host: string, frames: VisitorFrame[]): Promise<VisitorNotice[] | number> {
  try {
    const body = JSON.stringify({ frames });
    const answer = await fetch(`${host}/live/visitor`, { method: "POST", body, credentials: "omit" });
    const { status } = answer;
    if (status === 401 || status === 429) return 4000 + status;
    if (status >= 400 && status < 500) return 4400;
    // What came with it is no answer: everything is sent again.
    if (status >= 500) return 1006;
    const { notices } = (await answer.json()) as { notices: VisitorNotice[] };
    // Acknowledgements first: what they name is then not sent again on the welcome beside them.
    return notices.sort((a, b) => Number(b.type === "ack") - Number(a.type === "ack"));
  } catch {
    return 1006;
  }
}
