import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { VisitorFrame } from "../../api/wire";
import { startTransport, type Transport } from "./transport";

const host = "https://chat.example";
const hello = { type: "hello" } as unknown as VisitorFrame;
const welcome = { type: "welcome", poll_interval_s: 20 };
const refusal = { type: "refused", code: "bad_frame", detail: "" };

/** What left the browser, each with the time at which it did, ms. */
let sent: [at: number, type: string][];
let sockets: FakeSocket[];
let transport: Transport;
/** The server says that it is there when it is asked. */
let there: boolean;
/** Polls are answered so, or fail. */
let answers: () => object[];
let status: number;
/** What the session was told: notices by their type, and that the connection is down. */
let told: string[];

/** What left, each with the seconds since the first. */
const sinceFirst = () => sent.map(([at, type]) => [Math.round((at - (sent[0]?.[0] ?? 0)) / 1_000), type]);

class FakeSocket {
  readyState = 0;
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    sockets.push(this);
  }
  send(text: string) {
    const { type } = JSON.parse(text);
    sent.push([Date.now(), type]);
    if (type === "echo" && there) queueMicrotask(() => this.hears({ type: "echo" }));
  }
  close() {}
  hears(notice: object) {
    this.onmessage?.({ data: JSON.stringify(notice) });
  }
  /** The server takes the connection. */
  opens() {
    this.readyState = 1;
    this.onopen?.();
    this.hears(welcome);
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  [sent, sockets, answers, told, there, status] = [[], [], () => [welcome], [], true, 200];
  vi.stubGlobal("addEventListener", () => {});
  vi.stubGlobal("removeEventListener", () => {});
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", async (_: string, { body }: { body: string }) => {
    for (const { type } of JSON.parse(body).frames) sent.push([Date.now(), type]);
    return { status, json: async () => ({ notices: answers() }) };
  });
});

afterEach(() => {
  transport.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function start(urgent = false) {
  transport = startTransport({
    host,
    hello: () => hello,
    hear: ({ type }) => told.push(type),
    down: () => told.push("down"),
    forgetToken: () => false,
    urgent: () => urgent,
  });
}

/** Time passes, and every second each of `tabs` visible tabs gives a sign of life. */
async function pass(seconds: number, tabs = 1) {
  for (let n = 0; n < seconds; n++) {
    await vi.advanceTimersByTimeAsync(1_000);
    for (let tab = 0; tab < tabs; tab++) transport.beat();
  }
}

/** Sockets close as soon as they are asked for, until there is nothing but polls. */
async function pollOnly() {
  vi.stubGlobal(
    "WebSocket",
    class {
      constructor() {
        throw new Error("forbidden");
      }
    },
  );
  start();
  while (!sent.length) await vi.advanceTimersByTimeAsync(100);
}

// spec: T-6
it.each([1, 10])("beats once in a Poll Interval over a live connection, with %i tabs", async (tabs) => {
  start();
  await vi.advanceTimersByTimeAsync(100);
  sockets[0]?.opens();
  expect(sinceFirst()).toEqual([[0, "hello"]]);
  await pass(100, tabs);
  const beats = sinceFirst().flatMap(([at, type]) => (type === "beat" ? Number(at) : []));
  expect(beats.length).toBeGreaterThanOrEqual(5);
  expect(beats.length).toBeLessThanOrEqual(6);
  for (const [n, at] of beats.entries()) {
    const since = at - (beats[n - 1] ?? 0);
    expect(since).toBeGreaterThanOrEqual(18);
    expect(since).toBeLessThanOrEqual(20);
  }
});

// spec: T-6
it("beats at the new Poll Interval once that has changed", async () => {
  await connected(false, true);
  await pass(20);
  const before = sent.length;
  sockets[0]?.hears({ type: "poll_interval", poll_interval_s: 5 });
  await pass(20);
  expect(sent.slice(before).filter(([, type]) => type === "beat")).toHaveLength(4);
});

// spec: T-6
it("polls at the Poll Interval of the site where no connection can be had", async () => {
  await pollOnly();
  await pass(100, 10);
  expect(sinceFirst()).toEqual([0, 20, 40, 60, 80, 100].map((at) => [at, "hello"]));
});

// spec: T-6 T-5
it("sends again what the server could not take, and takes nothing that came with it for an answer", async () => {
  await pollOnly();
  [status, answers] = [503, () => [refusal]];
  transport.send({ type: "event", name: "compared" });
  await pass(3);
  expect(told).not.toContain("refused");
  [status, answers] = [200, () => [welcome]];
  await pass(60);
  expect(sent.filter(([, type]) => type === "event").length).toBeGreaterThanOrEqual(2);
});

// spec: T-6
it("what happens on the page while it polls goes at once, and the next poll an interval after it", async () => {
  await pollOnly();
  await pass(10);
  transport.send({ type: "event", name: "compared" });
  await pass(25);
  expect(sinceFirst()).toEqual([
    [0, "hello"],
    [10, "hello"],
    [10, "event"],
    [30, "hello"],
  ]);
});

// spec: T-1 X-8
it("asks ever more seldom while the server is away", async () => {
  vi.stubGlobal("fetch", async () => {
    sent.push([Date.now(), "poll"]);
    throw new Error("refused");
  });
  start();
  for (let n = 0; n < 600; n++) {
    await pass(1, 10);
    for (const socket of sockets.splice(0)) {
      sent.push([Date.now(), "socket"]);
      socket.onclose?.({ code: 1006 });
    }
  }
  const within = (from: number, to: number) =>
    sinceFirst().filter(([at]) => Number(at) >= from && Number(at) < to).length;
  expect(within(0, 60)).toBeLessThan(12);
  expect(within(300, 600)).toBeLessThanOrEqual(300 / 30);
  expect(within(300, 600)).toBeGreaterThan(2);
});

const echoes = () => sinceFirst().filter(([, type]) => type === "echo").length;

/** A connection of which nothing comes any more after the welcome, unless the server is `there`. */
async function connected(urgent: boolean, is_there = false) {
  there = is_there;
  start(urgent);
  await vi.advanceTimersByTimeAsync(100);
  sockets[0]?.opens();
}

// spec: X-1
it("gives up a connection over which nothing comes back, within 30 seconds of a chat", async () => {
  await connected(true);
  await pass(24);
  expect([sockets.length, told]).toEqual([1, ["welcome"]]);
  await pass(6);
  expect([sockets.length, told]).toEqual([2, ["welcome", "down"]]);
  sockets[1]?.opens();
  expect(told).toEqual(["welcome", "down", "welcome"]);
});

// spec: X-1
it("asks less often while there is no chat", async () => {
  await connected(false);
  await pass(58);
  expect(echoes()).toBe(0);
  await pass(17);
  expect([echoes(), told]).toEqual([1, ["welcome", "down"]]);
});

it("keeps a connection that answers, and tells nobody of the answers", async () => {
  await connected(true, true);
  await pass(600);
  expect(echoes()).toBeGreaterThan(30);
  expect([sockets.length, told]).toEqual([1, ["welcome"]]);
});

it("takes whatever comes for a sign of life, and passes on what is refused for another reason", async () => {
  await connected(true);
  await pass(17);
  expect(echoes()).toBe(1);
  sockets[0]?.hears({ type: "typing", chat: "c" });
  await pass(12);
  sockets[0]?.hears(refusal);
  expect([sockets.length, told]).toEqual([1, ["welcome", "typing", "refused"]]);
});
