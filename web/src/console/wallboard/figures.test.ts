/** Proves how the figures of several queues add up. */
import { expect, test } from "vitest";
import type { QueueBoard } from "../../api/rest";
import { addUp } from "./figures";

function board(change: Partial<QueueBoard>, day: Partial<QueueBoard["day"]> = {}): QueueBoard {
  return {
    queue: { id: "q", name: "Sales" },
    site_id: "s",
    closed_because: null,
    waiting: 0,
    waiting_since: null,
    active: 0,
    agents: { ready: 0, away: 0, offline: 0, free_slots: 0 },
    day_since: 0,
    day: {
      queued: 0,
      answered: 0,
      answered_in_time: 0,
      lost: 0,
      service_level: null,
      mean_wait_ms: null,
      ...day,
    },
    offers: { open: 0, accepted: 0, rejected: 0, ignored: 0, passively_ignored: 0, withdrawn: 0 },
    ...change,
  };
}

// spec: A-3
test("the longest wait of all queues is that of the visitor who came first", () => {
  const figures = addUp([
    board({ waiting: 1, waiting_since: 900 }),
    board({ waiting: 2, waiting_since: 400 }),
    board({}),
  ]);
  expect([figures.waiting, figures.waiting_since]).toEqual([3, 400]);
});

// spec: A-3
test("service level and mean wait weigh each queue by its chats", () => {
  const figures = addUp([
    board({}, { answered: 9, answered_in_time: 9, lost: 0, mean_wait_ms: 10_000 }),
    board({}, { answered: 1, answered_in_time: 0, lost: 2, mean_wait_ms: 50_000 }),
  ]);
  expect([figures.service_level, figures.mean_wait_ms]).toEqual([75, 14_000]);
});

// spec: A-3
test("a day without chats has no level", () => {
  expect(addUp([board({})]).service_level).toBeNull();
});
