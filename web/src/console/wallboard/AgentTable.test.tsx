// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from "vitest";
import type { AgentRow, Wallboard } from "../../api/rest";
import { type Mounted, mount } from "../ui/mounted";
import { AgentTable } from "./AgentTable";

vi.mock("../ui/notify", () => ({ told: () => {}, warned: () => {} }));

let page: Mounted | undefined;
afterEach(() => page?.unmount());

const BOARD = {
  sites: [{ id: "s1", name: "Shop" }],
  queues: [{ queue: { id: "q1", name: "Sales" } }, { queue: { id: "q2", name: "Support" } }],
} as unknown as Wallboard;

function agent(name: string, change: Partial<AgentRow>): AgentRow {
  const standing = { status: "ready", reason: "self", away_reason: null, status_since: 0 } as const;
  return { ...standing, id: name, name, queues: ["q1"], slots: 3, slots_used: 0, ...change } as AgentRow;
}

async function table(agents: AgentRow[]) {
  page = await mount(<AgentTable board={BOARD} />, ({ method }) =>
    method === "GET" ? { items: agents, next: null } : new Response(null, { status: 204 }),
  );
  const { element, until } = page;
  await until(() => element.querySelector("tbody") ?? element.textContent?.includes("No agents"));
  const cells = (n: number) =>
    [...element.querySelectorAll(`tbody td:nth-child(${n})`)].map((cell) => cell.textContent);
  return { ...page, cells };
}

// spec: A-3
it("says of each agent how many of their slots are in use", async () => {
  const { element, cells } = await table([
    agent("Alice", { slots_used: 2 }),
    agent("Bob", { slots: 5 }),
    agent("Eva", { slots: 1, slots_used: 1 }),
  ]);
  expect([...element.querySelectorAll("th")][2]?.textContent).toBe("Chats");
  expect(cells(3)).toEqual(["2 / 3", "0 / 5", "1 / 1"]);
});

// spec: A-3
it("puts who is ready first, then who is away and why, then who is not here; each by name", async () => {
  const { cells } = await table([
    agent("Zoe", { status: "offline" }),
    agent("Bob", { status: "away", away_reason: "Lunch" }),
    agent("Eva", {}),
    agent("Alice", { queues: ["q1", "q2"] }),
    agent("Dan", { status: "away", reason: "no_answer" }),
  ]);
  expect(cells(1)).toEqual(["AliceSales, Support", "EvaSales", "BobSales", "DanSales", "ZoeSales"]);
  const states = cells(2);
  expect(states.map((state) => state?.match(/^(Ready|Away|Offline)/)?.[0])).toEqual([
    "Ready",
    "Ready",
    "Away",
    "Away",
    "Offline",
  ]);
  expect(states[2]).toContain("Lunch · ");
  expect(states[3]).toContain("did not answer · ");
  expect(states[4], "since when says nothing of who is not here").toBe("Offline");
});

// spec: A-3
it("leaves out who serves none of the queues that are shown", async () => {
  const { cells } = await table([agent("Alice", {}), agent("Bob", { queues: ["q9"] })]);
  expect(cells(1)).toEqual(["AliceSales"]);
});

// spec: A-3
it("says who would stand there where nobody serves a queue that is shown", async () => {
  const { element } = await table([agent("Bob", { queues: ["q9"] })]);
  expect(element.textContent).toContain("Everyone who serves a queue appears here");
  expect(element.querySelector("table")).toBeNull();
});

// spec: A-3
it.each([
  ["ready", "Set away", "away"],
  ["away", "Set ready", "ready"],
] as const)("lets a supervisor set who is %s: %s, and offers nothing else", async (status, item, set) => {
  const { click, until, changes, element } = await table([agent("Alice", { status })]);
  await click(element.querySelector<HTMLElement>('[aria-label="Set the state of Alice"]'));
  const items = () => [...document.querySelectorAll<HTMLButtonElement>('[role="menuitem"]')];
  await until(() => items().length > 0);
  expect(
    items()
      .filter((one) => !one.disabled)
      .map((one) => one.textContent),
  ).toEqual([item]);
  await click(items().find((one) => one.textContent === item));
  await until(() => changes.length > 0);
  expect(changes).toEqual([{ method: "PUT", path: "/agents/Alice/status", body: { status: set } }]);
});
