// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, expect, it, vi } from "vitest";
import type { PastChat, SessionUser } from "../../api/rest";
import { UserContext } from "../shell/user";
import { type Mounted, mount } from "../ui/mounted";
import { PastChats } from "./Past";

const LIVE = { outbox: [], uploads: [] };
vi.mock("../live/LiveProvider", () => ({
  useLive: () => ({}),
  useLiveState: (pick: (state: unknown) => unknown) => pick(LIVE),
}));

let page: Mounted | undefined;
afterEach(() => page?.unmount());

const PAST = {
  id: "c1",
  queue: "Sales",
  agent: { id: "bob", name: "Bob" },
  requested_at: 0,
  state: "ended",
  proof: "signed",
  readable: true,
} as unknown as PastChat;
const CHAT = { id: "c1", visitor_name: "Kari", visitor_read_seq: 3, visitor_delivered_seq: 3 };
const FILE = { id: "f1", name: "plan.pdf", media_type: "application/pdf", bytes: 2048, url: "/files/f1" };
const SAID = [
  { seq: 1, id: "m1", from: "visitor", name: "", text: "", at: 1, file: FILE },
  { seq: 2, id: "m2", from: "agent", name: "Bob", text: "Ask the shop in Oslo", at: 2, audience: "staff" },
  { seq: 3, id: "m3", from: "agent", name: "Bob", text: "I have it", at: 3 },
];

// spec: C-3 Q-8 Q-9
it("shows the files of an earlier chat, and marks what was for the team alone", async () => {
  page = await mount(
    <UserContext.Provider value={{ id: "alice", role: "supervisor" } as SessionUser}>
      <PastChats chats={[PAST]} />
    </UserContext.Provider>,
    ({ path }) => (path === "/chats/c1" ? CHAT : { items: SAID, next: null }),
  );
  const { element, until, click } = page;
  await click(element.querySelector('button[aria-label="Read the chat"]'));
  const log = () => document.querySelector('[role="log"]');
  await until(() => log()?.textContent?.includes("I have it"));
  expect(log()?.textContent).toContain("plan.pdf");
  const notes = [...(log()?.querySelectorAll('[data-staff="true"]') ?? [])];
  expect(notes.map((note) => note.textContent)).toEqual([
    expect.stringContaining("Only your team sees thisAsk the shop in Oslo"),
  ]);
});

// spec: Q-8 N-5
it("closes a picture of an earlier chat at Escape, and leaves the chat open until the next", async () => {
  const picture = { width: 640, height: 400 };
  const file = { ...FILE, name: "plan.png", picture, thumb_url: "/files/f1/thumb" };
  page = await mount(
    <UserContext.Provider value={{ id: "alice", role: "supervisor" } as SessionUser}>
      <PastChats chats={[PAST]} />
    </UserContext.Provider>,
    ({ path }) => (path === "/chats/c1" ? CHAT : { items: [{ ...SAID[0], file }], next: null }),
  );
  const { element, until, click } = page;
  const dialogs = () => [...document.querySelectorAll('[role="dialog"]')].length;
  const leave = () =>
    act(async () => {
      document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    });
  await click(element.querySelector('button[aria-label="Read the chat"]'));
  const thumb = () => document.querySelector<HTMLElement>('[role="log"] button');
  await until(thumb);
  await click(thumb());
  await until(() => dialogs() === 2);
  await leave();
  await until(() => dialogs() === 1);
  await until(() => document.activeElement === thumb());
  await leave();
  await until(() => dialogs() === 0);
});

// spec: C-3
it("leads to an earlier chat that has not ended, and does not show it as if it had", async () => {
  page = await mount(
    <UserContext.Provider value={{ id: "alice", role: "supervisor" } as SessionUser}>
      <PastChats
        chats={[
          { ...PAST, state: "active", ended_at: null },
          { ...PAST, id: "c2", state: "queued", readable: false },
        ]}
      />
    </UserContext.Provider>,
    () => undefined,
  );
  const { element } = page;
  expect(element.querySelector('a[aria-label="Open the chat"]')?.getAttribute("href")).toBe("/chats/c1");
  expect(element.querySelectorAll("a")).toHaveLength(1);
  expect(element.querySelector("button")).toBeNull();
});
