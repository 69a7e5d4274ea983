/**
 * Owns one WebSocket to `/live/agent` over its whole life: opening, reconnecting, and noticing that it carries no longer. Knows no
 * frame but the one it asks with.
 */
import type { AgentFrame, AgentNotice } from "../../api/wire";
import { serverNow } from "../ui/server-time";
import { backoff_ms, isFinalClose } from "./backoff";

/** So often the server is asked for a sign, which it takes for the console's own. */
const ASK_MS = 15_000;
/** A connection over which nothing comes in this time after the asking is dead, whatever the browser believes. */
const SIGN_WITHIN_MS = 10_000;
const OPEN_WITHIN_MS = 10_000;
/** The server's close code for "connect again and resume", used here too when an answer is overdue. */
const CLOSE_RESUME = 4000;

export interface SocketEvents {
  opened(): void;
  notice(notice: AgentNotice): void;
  waiting(retry_at: number): void;
  connecting(): void;
  refused(code: number): void;
}

export interface Socket {
  /** False when there is no open connection; the frame is then dropped. */
  send(frame: AgentFrame): boolean;
  /** Connect again now instead of at the end of the wait. */
  retry(): void;
  /** Drop the connection and make a new one: the present one does not answer. */
  renew(): void;
  /** Do not connect again before this time has passed. */
  moveAfter(after_ms: number): void;
  close(): void;
}

export function openSocket(url: string, events: SocketEvents): Socket {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: ReturnType<typeof setTimeout> | undefined;
  let overdue: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let least_wait_ms = 0;
  let closed = false;

  function connect(): void {
    clearTimeout(timer);
    if (closed) return;
    events.connecting();
    const current = new WebSocket(url);
    socket = current;
    timer = setTimeout(() => current.close(), OPEN_WITHIN_MS);
    current.onopen = () => {
      if (current !== socket) return;
      clearTimeout(timer);
      askLater();
      events.opened();
    };
    current.onmessage = (event) => {
      if (current !== socket || typeof event.data !== "string") return;
      attempt = 0;
      clearTimeout(overdue);
      askLater();
      const notice = JSON.parse(event.data) as AgentNotice;
      if (notice.type !== "echo") events.notice(notice);
    };
    current.onclose = (event) => {
      if (current === socket) lost(event.code);
    };
  }

  /** Set anew by what comes, not by the timer before: browsers let a chain of timers run once a minute in a hidden tab. */
  function askLater(): void {
    asking ??= setTimeout(ask, ASK_MS);
  }

  function ask(): void {
    asking = undefined;
    if (!send({ type: "echo" })) return;
    clearTimeout(overdue);
    overdue = setTimeout(() => drop(CLOSE_RESUME), SIGN_WITHIN_MS);
  }

  function stopAsking(): void {
    clearTimeout(asking);
    asking = undefined;
    clearTimeout(overdue);
  }

  function lost(code: number): void {
    stopAsking();
    clearTimeout(timer);
    socket = null;
    if (closed) return;
    if (isFinalClose(code)) {
      events.refused(code);
      return;
    }
    const wait_ms = Math.max(least_wait_ms, backoff_ms(attempt, Math.random()));
    least_wait_ms = 0;
    attempt += 1;
    events.waiting(serverNow() + wait_ms);
    timer = setTimeout(connect, wait_ms);
  }

  function send(frame: AgentFrame): boolean {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  function drop(code: number): void {
    const current = socket;
    if (current === null) return;
    lost(code);
    current.close(CLOSE_RESUME);
  }

  const offline = () => drop(CLOSE_RESUME);
  const retry = () => {
    if (socket === null && !closed) connect();
  };
  window.addEventListener("offline", offline);
  window.addEventListener("online", retry);
  connect();

  return {
    send,
    retry,
    renew: () => drop(CLOSE_RESUME),
    moveAfter(after_ms) {
      least_wait_ms = after_ms;
      drop(CLOSE_RESUME);
    },
    close() {
      closed = true;
      clearTimeout(timer);
      stopAsking();
      window.removeEventListener("offline", offline);
      window.removeEventListener("online", retry);
      socket?.close(1000);
      socket = null;
    },
  };
}
