// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Me, ServedQueue } from "../../api/rest";
import type { Standing } from "../../api/wire";
import type { Permission } from "../live/attention";
import { type Mounted, mount } from "../ui/mounted";
import { noteServerTime } from "../ui/server-time";
import { ReadyCheck } from "./ReadyCheck";

const READY: Standing = { status: "ready", reason: "self", away_reason: null, since: 0 };
const QUEUE: ServedQueue = {
  id: "q1",
  name: "Sales",
  site: { id: "s1", name: "Shop" },
  channel_on: true,
  open_now: true,
  offers_stopped: false,
};

/** A console that nothing keeps chats away from. */
const IN_ORDER = {
  connection: "open" as "open" | "waiting",
  standing: READY,
  queues: [QUEUE],
  slots_used: 1,
  sound_allowed: true,
  ring: true,
  permission: "granted" as Permission,
  server_ahead_ms: 0,
};
type Given = typeof IN_ORDER;

let given: Given;
let page: Mounted | undefined;

let setStatus: () => Promise<void> = async () => {};
vi.mock("../live/LiveProvider", () => ({
  useLive: () => ({ setStatus: () => setStatus() }),
  useLiveState: (pick: (state: unknown) => unknown) =>
    pick({ connection: { state: given.connection }, standing: given.standing }),
}));
vi.mock("../live/sounds", () => ({
  soundAllowed: () => given.sound_allowed,
  soundSettings: () => ({ ring: given.ring, volume: 70 }),
  tryOut: () => {},
}));
vi.mock("../live/attention", () => ({ canNotify: () => given.permission }));

const setClock = (ahead_ms: number) => noteServerTime(new Date(Date.now() + ahead_ms).toUTCString());

beforeEach(() => {
  given = IN_ORDER;
});
afterEach(async () => {
  await page?.unmount();
  setClock(0);
});

async function readyCheck(change: Partial<Given> = {}) {
  given = { ...IN_ORDER, ...change };
  setClock(given.server_ahead_ms);
  const { queues, slots_used } = given;
  const me: Me = { ...READY, status_since: 0, slots: 3, slots_used, queues };
  page = await mount(<ReadyCheck opened onClose={() => {}} />, ({ path }) => (path === "/me" ? me : {}));
  const checks = () => [...document.querySelectorAll("li[data-state]")];
  const check = (name: string) => checks().find((one) => one.querySelector("strong")?.textContent === name);
  await page.until(() => check("Slots"));
  return { checks, check };
}

// spec: A-1
it("says of everything that it is in order where nothing keeps chats away", async () => {
  const { checks } = await readyCheck();
  expect(checks().map((one) => `${one.querySelector("strong")?.textContent} ${stateOf(one)}`)).toEqual([
    "Connection good",
    "Clock good",
    "Status good",
    "Queues good",
    "Offers good",
    "Slots good",
    "Sound good",
    "Notifications good",
  ]);
});

const AWAY: Standing = { ...READY, status: "away", away_reason: "Lunch" };

// spec: A-1
it.each<[what: string, change: Partial<Given>, check: string, state: string, words: string]>([
  ["there is no connection", { connection: "waiting" }, "Connection", "bad", "Not connected."],
  ["the clock is wrong", { server_ahead_ms: 90_000 }, "Clock", "note", " s behind."],
  ["the agent is away", { standing: AWAY }, "Status", "bad", "Away (Lunch): new chats go to others."],
  ["no queue is served", { queues: [] }, "Queues", "bad", "You serve no queue."],
  [
    "the channel is off",
    { queues: [{ ...QUEUE, channel_on: false }] },
    "Queues",
    "bad",
    "Sales (Shop), switched off",
  ],
  [
    "the queue is closed",
    { queues: [{ ...QUEUE, open_now: false }] },
    "Queues",
    "bad",
    "Sales (Shop), closed now",
  ],
  [
    "one of two queues is closed",
    { queues: [QUEUE, { ...QUEUE, id: "q2", name: "Support", open_now: false }] },
    "Queues",
    "note",
    "Sales (Shop); Support (Shop), closed now",
  ],
  [
    "no queue is open through which an offer would lead",
    { queues: [{ ...QUEUE, open_now: false }] },
    "Offers",
    "note",
    "Offers are not stopped.",
  ],
  [
    "offers are stopped",
    {
      queues: [
        { ...QUEUE, offers_stopped: true },
        { ...QUEUE, id: "q2", offers_stopped: true },
      ],
    },
    "Offers",
    "note",
    "A supervisor has stopped offers on Shop.",
  ],
  ["every slot is in use", { slots_used: 3 }, "Slots", "bad", "3 of 3 in use."],
  ["the browser holds sound back", { sound_allowed: false }, "Sound", "note", "after the first click"],
  ["ringing is switched off", { ring: false }, "Sound", "note", "The sound of ringing is off."],
  ["notifications are blocked", { permission: "denied" }, "Notifications", "note", "Blocked in the browser"],
  ["notifications were not asked for", { permission: "default" }, "Notifications", "note", "Not asked for"],
])("says that %s", async (_, change, name, state, words) => {
  const { check } = await readyCheck(change);
  expect(check(name)?.textContent).toContain(words);
  expect(stateOf(check(name))).toBe(state);
});

// spec: A-1
it("says that queues, offers and slots could not be checked, and checks them when it is told to", async () => {
  let reached = false;
  const me: Me = { ...READY, status_since: 0, slots: 3, slots_used: 1, queues: [QUEUE] };
  page = await mount(<ReadyCheck opened onClose={() => {}} />, ({ path }) => {
    if (path !== "/me") return {};
    return reached ? me : Response.json({ title: "Broken", status: 500 }, { status: 500 });
  });
  const { until, click } = page;
  const check = (name: string) =>
    [...document.querySelectorAll("li[data-state]")].find(
      (one) => one.querySelector("strong")?.textContent === name,
    );
  await until(() => check("Queues")?.textContent?.includes("could not be checked"));
  expect(stateOf(check("Queues"))).toBe("note");
  const again = check("Queues")?.querySelector("button");
  expect(again?.textContent).toBe("Try again");
  reached = true;
  await click(again);
  await until(() => check("Slots"));
  expect(check("Queues")?.textContent).toContain("Sales (Shop)");
});

// spec: N-5
it("keeps the focus on what asks again while that is under way and when it fails, and leaves it to the row when it does not", async () => {
  const answers: ((status: number) => void)[] = [];
  const me: Me = { ...READY, status_since: 0, slots: 3, slots_used: 1, queues: [QUEUE] };
  page = await mount(<ReadyCheck opened onClose={() => {}} />, ({ path }) => {
    if (path !== "/me") return {};
    return new Promise((resolve) => answers.push((status) => resolve(Response.json(me, { status }))));
  });
  const { until, click } = page;
  const answer = (status: number) => act(async () => answers.at(-1)?.(status));
  const row = () => document.querySelectorAll<HTMLElement>("li[data-state]").item(3);
  const again = () => row().querySelector("button");
  await answer(500);
  await until(again);
  again()?.focus();
  for (const status of [500, 200]) {
    await click(again());
    await until(() => again()?.matches(":disabled, [aria-disabled=true]"));
    await click(again());
    expect(again()?.disabled).toBe(false);
    expect(document.activeElement).toBe(again());
    await answer(status);
    await until(() => !again()?.matches("[aria-disabled=true]"));
    expect(document.activeElement).toBe(again() ?? row());
  }
  expect(row().textContent).toContain("Sales (Shop)");
  expect(answers).toHaveLength(3);
});

// spec: N-5
it("leaves the focus to the status once the agent has made it ready from there", async () => {
  let set = () => {};
  setStatus = () => new Promise((resolve) => (set = resolve));
  const { check } = await readyCheck({ standing: AWAY });
  const button = () => check("Status")?.querySelector("button");
  button()?.focus();
  await page?.click(button());
  expect(button()?.disabled).toBe(false);
  expect(document.activeElement).toBe(button());
  given = IN_ORDER;
  await act(async () => set());
  await page?.until(() => !button());
  expect(document.activeElement).toBe(check("Status"));
});

// spec: A-1 N-5
it("says what the browser was told of notifications when it was asked from there, and leaves the focus to that", async () => {
  const { check } = await readyCheck({ permission: "default" });
  const allow = check("Notifications")?.querySelector("input");
  allow?.focus();
  vi.stubGlobal("Notification", {
    requestPermission: async () => {
      given = IN_ORDER;
    },
  });
  await page?.click(allow);
  vi.unstubAllGlobals();
  expect(stateOf(check("Notifications"))).toBe("good");
  expect(check("Notifications")?.textContent).toContain("Allowed.");
  expect(document.activeElement).toBe(check("Notifications"));
});

function stateOf(check: Element | undefined): string | null | undefined {
  return check?.getAttribute("data-state");
}
