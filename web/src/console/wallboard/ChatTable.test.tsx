// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import type { Wallboard } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { type Mounted, mount } from "../ui/mounted";
import { ChatTable } from "./ChatTable";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

const BOARD = { sites: [{ id: "s1", name: "Shop" }], queues: [] } as unknown as Wallboard;

function chat(id: string, change: Partial<Chat>): Chat {
  const nothing = { queued_at: null, answered_at: null, unanswered_since: null, requested_at: 0 };
  const found = { id, site_id: "s1", visitor_name: id, queue: { id: "q1", name: "Sales" }, agent: null };
  return { ...nothing, ...found, state: "active", ...change } as unknown as Chat;
}

async function table(chats: Chat[]) {
  page = await mount(<ChatTable board={BOARD} />, () => ({ items: chats, next: null }));
  const { element, until } = page;
  await until(() => element.querySelector("tbody"));
  return element;
}

// spec: A-3
it("puts who waits for an agent first, then who waits for an answer, each with the longest on top", async () => {
  const element = await table([
    chat("talks", { answered_at: 1 }),
    chat("unanswered", { answered_at: 2, unanswered_since: 30 }),
    chat("rings", { state: "ringing", queued_at: 40 }),
    chat("unanswered longest", { answered_at: 3, unanswered_since: 20 }),
    chat("queued", { state: "queued", queued_at: 35 }),
    chat("form", { state: "form" }),
  ]);
  const rows = [...element.querySelectorAll("tbody tr")].map((row) => [
    row.querySelector("a")?.textContent,
    row.querySelector("td:nth-child(3)")?.textContent,
  ]);
  expect(rows).toEqual([
    ["queued", "Waiting in the queue"],
    ["rings", "Ringing"],
    ["unanswered longest", "Waits for an answer"],
    ["unanswered", "Waits for an answer"],
    ["talks", "Active"],
  ]);
});

// spec: A-3
it("shows since when a visitor has had no answer", async () => {
  const now = Date.now();
  const element = await table([chat("kari", { answered_at: now - 600_000, unanswered_since: now - 61_000 })]);
  expect(element.querySelector("tbody td:last-child")?.textContent).toMatch(/^0?1:0\d$/);
});

// spec: A-3
it("says how many chats it leaves out", async () => {
  const element = await table(Array.from({ length: 103 }, (_, at) => chat(`c${at}`, { answered_at: at })));
  expect(element.querySelectorAll("tbody tr")).toHaveLength(100);
  expect(element.textContent).toContain("3 more chats are not shown.");
});
