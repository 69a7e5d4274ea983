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
/** A socket that is not open by then may still come: the page polls meanwhile. */
const patience_ms = 5_000;
/** How long a page that polls waits before it tries a socket again. */
const socket_retry_ms = 60_000;
const poll_ms_max = 20_000;
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
/** Kept over a break. Which pages are open is told by every hello, but not for how long one was that has gone. */
const observed = /^(set|event|form|scroll|exit|cons|leave)/;

export function startTransport(owner: Owner): Transport {
  const address = `${owner.host}/live/visitor`;
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
    if ("poll_interval_s" in notice) {
      interval_ms = Math.max(2, notice.poll_interval_s) * 1000;
      failures = 0;
    }
    if (notice.type === "move") {
      lost(notice.after_ms);
    } else owner.hear(notice);
  };

  const drop = () => {
    if (!socket) return;
    const old = socket;
    old.onclose = old.onmessage = null;
    // The browser complains in the page's console of a socket that is closed before it is open.
    if (old.readyState) old.close(1000);
    else old.onopen = () => old.close(1000);
    socket = null;
  };

  const down = () => {
    owner.down();
    greeted = false;
    mode = "down";
    queue = queue.filter(isObserved);
  };

  const lost = (wait_ms = 0) => {
    drop();
    if (mode === "stopped") return owner.down();
    down();
    failures++;
    const cap = owner.urgent() ? urgent_delay_ms_max : delay_ms_max;
    const delay = Math.min(cap, 250 * 2 ** failures);
    after(wait_ms + delay * (0.5 + Math.random()), connect);
  };

  const refused = (code: number) => {
    const forgotten = code === 4401 && owner.forgetToken();
    if (!forgotten && /^44(?!08|29)/.test(String(code))) mode = "stopped";
    lost(code === 4429 ? 30_000 : 0);
  };

  /** Where no socket could be had, polls take its place at once, unless they have had their turn. */
  const closed = (code = 0) => {
    drop();
    if (mode === "socket" || failures || code > 4399) refused(code);
    else if (mode === "down") poll();
  };

  /** Only while no poll is on its way: what the one takes with it, the other does not. */
  const greet = () => {
    if (!socket || !socket.readyState || posting) return;
    clearTimeout(timer);
    if (mode === "poll") down();
    socket.send(JSON.stringify(owner.hello()));
    greeted = true;
  };

  const connect = () => {
    tried_at = Date.now();
    // After two failures every second try goes by POST, which tells a blocked WebSocket from an absent server.
    if (failures > 1 && failures % 2 === 0) {
      poll();
      return;
    }
    let mine: WebSocket;
    try {
      mine = new WebSocket(address.replace(/^http/, "ws"));
    } catch {
      closed();
      return;
    }
    socket = mine;
    const slow = setTimeout(() => socket === mine && closed(), connect_ms_max);
    setTimeout(() => socket === mine && !mine.readyState && mode === "down" && poll(), patience_ms);
    asked_at = 0;
    mine.onopen = greet;
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
      closed(event.code);
    };
  };

  const poll = async () => {
    if (posting || mode === "stopped") return;
    posting = greeted = true;
    clearTimeout(timer);
    const sent = queue.splice(0);
    const answer = await post(address, [owner.hello(), ...sent]);
    posting = false;
    if (is("stopped")) return;
    if (typeof answer === "number") {
      queue = [...sent.filter(isObserved), ...queue];
      if (socket && answer > 4499) {
        down();
        return greet();
      }
      return refused(answer);
    }
    mode = "poll";
    for (const notice of answer) quietly(() => hear(notice));
    if (!is("poll")) return;
    after(queue.length ? 200 : owner.urgent() ? Math.min(interval_ms, urgent_poll_ms) : interval_ms, poll);
    greet();
    if (!socket && Date.now() - tried_at > socket_retry_ms) connect();
  };

  const nudge = () => {
    if (mode !== "down" || socket || posting || Date.now() - tried_at < nudge_ms_min) return;
    after(0, connect);
  };

  const onOffline = () => {
    if (mode === "socket") closed();
  };

  const life = new AbortController();
  addEventListener("online", nudge, life);
  addEventListener("offline", onOffline, life);
  after(gather_ms, connect);

  return {
    send(frame) {
      if (mode === "socket" && socket) {
        socket.send(JSON.stringify(frame));
        return;
      }
      if (mode === "poll" || isObserved(frame) || (greeted && frame.type === "page"))
        queue = [...queue, frame].slice(-queue_max);
      if (mode === "poll") after(50, poll);
      else if (/say|accept|open/.test(frame.type)) nudge();
    },
    beat() {
      // A hidden tab's timer may be late by a minute; the beats of a visible tab are on time.
      const waiting = (mode === "poll" || (mode === "down" && !socket)) && !posting;
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
      life.abort();
      if (last && mode === "socket" && socket) socket.send(JSON.stringify(last));
      if (last && mode === "poll")
        navigator.sendBeacon(address, JSON.stringify({ frames: [owner.hello(), ...queue, last] }));
      mode = "stopped";
      drop();
    },
  };
}

const isObserved = (frame: VisitorFrame) => observed.test(frame.type);

/** The notices that answer the frames, or the close code that a socket would have had. */
async function post(address: string, frames: VisitorFrame[]): Promise<VisitorNotice[] | number> {
  try {
    const body = JSON.stringify({ frames });
    const answer = await fetch(address, {
      method: "POST",
      body,
      credentials: "omit",
      signal: AbortSignal.timeout(poll_ms_max),
    });
    const { status } = answer;
    // What comes with it is no answer: everything is sent again.
    if (status >= 400) return 4000 + status;
    const { notices } = (await answer.json()) as { notices: VisitorNotice[] };
    // Acknowledgements first: what they name is then not sent again on the welcome beside them.
    return notices.sort((a, b) => +(b.type === "ack") - +(a.type === "ack"));
  } catch {
    return 4500;
  }
}
