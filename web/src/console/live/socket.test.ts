import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openSocket, type Socket } from "./socket";

let sockets: FakeSocket[];
let socket: Socket;
/** What the console was told, in order. */
let told: string[];

class FakeSocket {
  static OPEN = 1;
  readyState = 0;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    sockets.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text).type);
  }
  close() {}
  opens() {
    this.readyState = 1;
    this.onopen?.();
  }
  hears(notice: object) {
    this.onmessage?.({ data: JSON.stringify(notice) });
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  [sockets, told] = [[], []];
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("window", { addEventListener: () => {}, removeEventListener: () => {} });
  socket = openSocket("wss://chat.example/live/agent", {
    opened: () => told.push("opened"),
    notice: ({ type }) => told.push(type),
    waiting: () => told.push("waiting"),
    connecting: () => told.push("connecting"),
    refused: () => told.push("refused"),
  });
  sockets[0]?.opens();
});

afterEach(() => {
  socket.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

// spec: X-1
it("gives up a connection over which nothing comes back, within 30 seconds", () => {
  vi.advanceTimersByTime(24_000);
  expect(told).toEqual(["connecting", "opened"]);
  vi.advanceTimersByTime(6_000);
  expect(told).toEqual(["connecting", "opened", "waiting", "connecting"]);
  sockets[1]?.opens();
  expect(told.at(-1)).toBe("opened");
});

it("keeps a connection that answers, and is heard of in time by the server", () => {
  for (let second = 0; second < 600; second++) {
    const asked = sockets[0]?.sent.length ?? 0;
    vi.advanceTimersByTime(1_000);
    if ((sockets[0]?.sent.length ?? 0) > asked) sockets[0]?.hears({ type: "echo" });
  }
  expect(sockets).toHaveLength(1);
  expect(sockets[0]?.sent).toHaveLength(40);
});

it("takes whatever comes for a sign of life", () => {
  vi.advanceTimersByTime(20_000);
  sockets[0]?.hears({ type: "typing", chat: "c" });
  vi.advanceTimersByTime(9_000);
  expect(sockets).toHaveLength(1);
});
