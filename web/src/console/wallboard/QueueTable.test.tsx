// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import type { QueueBoard, Wallboard } from "../../api/rest";
import { type Mounted, mount } from "../ui/mounted";
import { QueueTable } from "./QueueTable";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

const ROW: QueueBoard = {
  queue: { id: "q1", name: "Sales" },
  site_id: "s1",
  closed_because: null,
  waiting: 0,
  waiting_since: null,
  active: 0,
  agents: { ready: 1, away: 0, offline: 0, free_slots: 3 },
  day_since: 0,
  day: { queued: 0, answered: 0, answered_in_time: 0, lost: 0, service_level: null, mean_wait_ms: null },
  offers: { open: 1, accepted: 2, rejected: 4, ignored: 0, passively_ignored: 3, withdrawn: 0 },
};

// spec: A-3
it("shows what became of the offers of a queue without a pointer that hovers", async () => {
  const board = { queues: [ROW], sites: [{ id: "s1", name: "Halden" }] } as unknown as Wallboard;
  page = await mount(<QueueTable board={board} />, () => ({ items: [], next: null }));
  const cells = [...page.element.querySelectorAll("tbody td")].map((cell) => cell.textContent);
  expect(cells.at(-2)).toBe("2 / 10Rejected 4 · Passively ignored 3 · Open 1");
});
