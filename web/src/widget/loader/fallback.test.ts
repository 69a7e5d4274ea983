import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { VisitorFrame } from "../../api/wire";
import { startTransport, type Transport } from "./transport";

const welcome = { type: "welcome", poll_interval_s: 20 };
const event = (name: string): VisitorFrame => ({ type: "event", name });

/** What left the browser, by which way: `ws` or `post`, and what it was. */
let sent: string[];
let sockets: FakeSocket[];
let transport: Transport;
let told: string[];
/** What becomes of a post that is on its way; until then it waits. */
let posts: ((status: number) => void)[];
/** Posts are answered at once. */
let prompt: boolean;

const named = (frame: { type: string; name?: string }) => frame.name || frame.type;

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
    sent.push(`ws ${named(JSON.parse(text))}`);
  }
  close() {}
  opens() {
    this.readyState = 1;
    this.onopen?.();
  }
  hears(notice: object) {
    this.onmessage?.({ data: JSON.stringify(notice) });
  }
  fails(code = 1006) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

beforeEach(async () => {
  vi.useFakeTimers({ now: 1_000_000 });
  [sent, sockets, told, posts, prompt] = [[], [], [], [], true];
  vi.stubGlobal("addEventListener", () => {});
  vi.stubGlobal("removeEventListener", () => {});
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", async (_: string, { body }: { body: string }) => {
    for (const frame of JSON.parse(body).frames) sent.push(`post ${named(frame)}`);
    const status = prompt ? 200 : await new Promise<number>((answer) => posts.push(answer));
    return { status, json: async () => ({ notices: [welcome] }) };
  });
  transport = startTransport({
    host: "https://chat.example",
    hello: () => ({ type: "hello" }) as unknown as VisitorFrame,
    hear: ({ type }) => told.push(type),
    down: () => told.push("down"),
    forgetToken: () => false,
    urgent: () => false,
  });
  await vi.advanceTimersByTimeAsync(100);
});

afterEach(() => {
  transport.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);

// spec: T-6
it("polls at once where the first socket fails", async () => {
  sockets[0]?.fails();
  await pass(0.1);
  expect([sent, told]).toEqual([["post hello"], ["welcome"]]);
});

// spec: T-6
it("polls after five seconds where the first socket does not open, and has it still when it opens late", async () => {
  await pass(4.5);
  expect(sent).toEqual([]);
  await pass(1);
  expect([sent, told]).toEqual([["post hello"], ["welcome"]]);
  transport.send(event("compared"));
  await pass(1);
  sockets[0]?.opens();
  sockets[0]?.hears(welcome);
  transport.send(event("bought"));
  await pass(60);
  expect(sent.slice(1)).toEqual(["post hello", "post compared", "ws hello", "ws bought"]);
  expect(told).toEqual(["welcome", "welcome", "down", "welcome"]);
});

// spec: T-6 T-5
it("loses and doubles nothing where the socket opens while a poll is on its way", async () => {
  prompt = false;
  transport.send(event("first"));
  await pass(5);
  transport.send(event("second"));
  sockets[0]?.opens();
  transport.send(event("third"));
  expect(sent).toEqual(["post hello", "post first"]);
  posts[0]?.(200);
  await pass(0);
  expect(sent.slice(2)).toEqual(["ws hello"]);
  transport.send(event("fourth"));
  sockets[0]?.hears(welcome);
  await pass(30);
  expect(sent.slice(2)).toEqual(["ws hello", "ws second", "ws third", "ws fourth"]);
});

// spec: T-6 T-5
it("sends again over the socket what a poll could not take", async () => {
  prompt = false;
  transport.send(event("first"));
  await pass(5);
  sockets[0]?.opens();
  posts[0]?.(503);
  await pass(0);
  sockets[0]?.hears(welcome);
  expect(sent.slice(2)).toEqual(["ws hello", "ws first"]);
});

// spec: T-6
it("goes on polling where a socket opens and says nothing", async () => {
  await pass(5);
  sockets[0]?.opens();
  transport.send(event("compared"));
  await pass(11);
  expect(sent).toEqual(["post hello", "ws hello", "post hello", "post compared"]);
});

// spec: T-2
it("tells when a page was left, also while it goes over to a socket", async () => {
  prompt = false;
  await pass(5);
  transport.send({ type: "leave", tab: 1, view: 1, visible_s: 3 });
  sockets[0]?.opens();
  posts[0]?.(200);
  await pass(0);
  sockets[0]?.hears(welcome);
  expect(sent.slice(1)).toEqual(["ws hello", "ws leave"]);
});

// spec: T-6 T-1
it("tries a socket once a minute or so where there are only polls, and polls all the while", async () => {
  sockets[0]?.fails();
  // None of them opens: each is given up.
  await pass(600);
  expect(sockets.length).toBeGreaterThanOrEqual(7);
  expect(sockets.length).toBeLessThanOrEqual(11);
  expect(sent.length).toBe(31);
  expect(told).not.toContain("down");
  const tried = sockets.length;
  while (sockets.length === tried) await pass(1);
  sockets[tried]?.opens();
  sockets[tried]?.hears(welcome);
  expect(sent[sent.length - 1]).toBe("ws hello");
});

// spec: T-1
it("asks twice and then waits where the server is away", async () => {
  prompt = false;
  sockets[0]?.fails();
  await pass(0.1);
  posts[0]?.(503);
  await pass(0.2);
  expect([sockets.length, sent.length, told]).toEqual([1, 1, ["down"]]);
  await pass(1);
  expect(sockets.length).toBe(2);
});

// spec: T-1
it("waits before it tries again where a connection that stood has broken", async () => {
  sockets[0]?.opens();
  sockets[0]?.hears(welcome);
  sockets[0]?.fails();
  await pass(0.2);
  expect([sockets.length, sent]).toEqual([1, ["ws hello"]]);
});
