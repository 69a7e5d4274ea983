// @vitest-environment happy-dom
import { act, useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SessionUser } from "../../api/rest";
import type { Chat, Message } from "../../api/wire";
import type { OutboxEntry } from "../live/outbox";
import type { Upload } from "../live/uploads";
import { UserContext } from "../shell/user";
import { type Mounted, mount } from "../ui/mounted";
import { MessageLog } from "./MessageLog";

const LOG_PX = 1_000;
const SHOWN_PX = 200;

let outbox: OutboxEntry[] = [];
let uploads: Upload[] = [];
vi.mock("../live/LiveProvider", () => ({
  useLive: () => ({}),
  useLiveState: (pick: (state: unknown) => unknown) => pick({ outbox, uploads }),
}));
vi.mock("../drafts/DraftsProvider", () => ({ useDrafts: () => ({}) }));

let page: Mounted | undefined;
beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "scrollHeight", "get").mockReturnValue(LOG_PX);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(SHOWN_PX);
});
afterEach(async () => {
  await page?.unmount();
  outbox = [];
  uploads = [];
  vi.restoreAllMocks();
});

const CHAT = {
  id: "c1",
  visitor_name: "Kari",
  state: "active",
  agent: { id: "alice", name: "Alice" },
  queue: { id: "q1", name: "Sales" },
  guests: [],
  watchers: [],
  call: null,
} as unknown as Chat;
const HELLO: Message = { seq: 1, id: "m1", from: "visitor", name: "Kari", text: "Hello", at: 1 };
const KEPT: OutboxEntry = { id: "m2", chat: "c1", epoch: 1, text: "One moment", at: 2 };
const GONE: Message = { seq: 2, id: "m2", from: "agent", name: "Alice", text: "One moment", at: 2 };
const FILE: Upload = {
  id: "m2",
  chat: "c1",
  name: "oak.txt",
  bytes: 3,
  preview: null,
  sent: 0.5,
  refused: null,
};

/** The log, from which the agent has scrolled up. */
async function log(said: Message[] = [HELLO]) {
  let redraw: (messages: Message[]) => void = () => {};
  function Shown() {
    const [messages, setMessages] = useState(said);
    redraw = setMessages;
    return <MessageLog chat={CHAT} messages={messages} />;
  }
  const alice = { id: "alice", role: "agent" } as SessionUser;
  page = await mount(
    <UserContext.Provider value={alice}>
      <Shown />
    </UserContext.Provider>,
    () => undefined,
  );
  const frame = page.element.querySelector('[role="log"]') as HTMLElement;
  const up = (to = 100) =>
    act(async () => {
      frame.scrollTop = to;
      frame.dispatchEvent(new Event("scroll"));
    });
  await up();
  const shows = (messages: Message[], on_the_way: OutboxEntry[], files: Upload[] = []) =>
    act(async () => {
      outbox = on_the_way;
      uploads = files;
      redraw([...messages]);
    });
  const told = () => page?.element.textContent?.includes("New messages");
  return { ...page, frame, up, shows, told };
}

// spec: A-1
it("brings into view what the agent sends from further up, though it cannot go out", async () => {
  const { frame, shows, told } = await log();
  await shows([HELLO], [KEPT]);
  expect(frame.textContent).toContain("One moment");
  expect(frame.scrollTop).toBe(LOG_PX);
  expect(told()).toBe(false);
});

// spec: A-1
it("leaves an agent who reads further up there when what was sent goes out, and when the visitor writes", async () => {
  const { frame, up, shows, told } = await log();
  await shows([HELLO], [KEPT]);
  await up();
  await shows([HELLO, GONE], []);
  await shows([HELLO, GONE, { ...HELLO, seq: 3, id: "m3" }], []);
  expect(frame.scrollTop).toBe(100);
  expect(told()).toBe(true);
});

// spec: A-1
it.each([
  ["at once", [[[HELLO], [KEPT], []]]],
  [
    "after a moment without it",
    [
      [[HELLO], [], []],
      [[HELLO], [KEPT], []],
    ],
  ],
] as [string, [Message[], OutboxEntry[], Upload[]][]][])(
  "leaves an agent who reads further up there when their file has arrived and becomes a message %s",
  async (_, becomes) => {
    const { frame, up, shows, told } = await log();
    await shows([HELLO], [], [FILE]);
    expect(frame.scrollTop).toBe(LOG_PX);
    await up();
    for (const [messages, entries, files] of becomes) await shows(messages, entries, files);
    await shows([HELLO, GONE], []);
    expect([frame.scrollTop, told()]).toEqual([100, false]);
  },
);

// spec: A-1
it("tells an agent who reads further up of nothing when a file of theirs that was not taken goes away", async () => {
  const { up, shows, told } = await log();
  await shows([HELLO], [], [{ ...FILE, refused: "lost" }]);
  await up();
  await shows([HELLO], []);
  expect(told()).toBe(false);
});

// spec: A-1 N-5
it("leaves an agent who asks for earlier messages from the very top where they read, and them the focus", async () => {
  const LINE_PX = 20;
  vi.spyOn(HTMLElement.prototype, "scrollHeight", "get").mockImplementation(function (this: HTMLElement) {
    return this.children.length * LINE_PX;
  });
  const said = Array.from({ length: 180 }, (_, at) => ({ ...HELLO, seq: at + 1, id: `m${at}` }));
  const { frame, up, click, until } = await log(said);
  const earlier = () => frame.querySelector("button");
  await until(earlier);
  earlier()?.focus();
  await up(0);
  await click(earlier());
  expect([frame.children.length, frame.scrollTop]).toEqual([1 + 160, 80 * LINE_PX]);
  expect(document.activeElement).toBe(earlier());
  await up(0);
  await click(earlier());
  // The day and all messages, without the button.
  expect([frame.children.length, frame.scrollTop]).toEqual([1 + 180, 20 * LINE_PX]);
  expect(document.activeElement).toBe(frame);
});
