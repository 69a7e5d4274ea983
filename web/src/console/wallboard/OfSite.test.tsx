// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import type { Wallboard } from "../../api/rest";
import { type Mounted, mount } from "../ui/mounted";
import { ChatTable } from "./ChatTable";
import { FigureStrip } from "./FigureStrip";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

const NOTHING = { open: 0, accepted: 0, rejected: 0, ignored: 0, passively_ignored: 0, withdrawn: 0 };
const QUEUE = {
  queue: { id: "q1" },
  site_id: "s1",
  waiting: 0,
  waiting_since: null,
  active: 0,
  day: { answered: 0, answered_in_time: 0, lost: 0, mean_wait_ms: null },
  offers: NOTHING,
};
const BOARD = { sites: [{ id: "s1", name: "Halden" }], queues: [QUEUE] } as unknown as Wallboard;

// spec: A-3
it("the chats of the wallboard are those of the sites that it shows", async () => {
  const chat = { state: "active", queue: { name: "Sales" }, agent: null, answered_at: 0, requested_at: 0 };
  page = await mount(<ChatTable board={BOARD} />, () => ({
    items: [
      { ...chat, id: "c1", site_id: "s1", visitor_name: "Kari" },
      { ...chat, id: "c2", site_id: "s2", visitor_name: "Lea" },
    ],
    next: null,
  }));
  const { element, until } = page;
  await until(() => element.querySelector("tbody"));
  expect([...element.querySelectorAll("tbody a")].map((link) => link.textContent)).toEqual(["Kari"]);
});

// spec: A-3
it("of agents it counts those who serve a queue that it shows, and none while they are not known", async () => {
  const agents = [
    { id: "a1", status: "ready", queues: ["q1"] },
    { id: "a2", status: "away", queues: ["q1", "q2"] },
    { id: "a3", status: "ready", queues: ["q2"] },
  ];
  let known = false;
  page = await mount(<FigureStrip board={BOARD} />, () =>
    known ? { items: agents, next: null } : Response.json({ title: "Failed", status: 500 }, { status: 500 }),
  );
  const { element, until, client } = page;
  const figure = () =>
    [...element.querySelectorAll("section > div")].find((one) => one.textContent?.startsWith("Agents ready"));
  expect(figure()?.textContent?.trim()).toBe("Agents ready–");
  expect(figure()?.getAttribute("data-tone")).toBeNull();
  known = true;
  await client.invalidateQueries();
  await until(() => figure()?.textContent === "Agents ready1of 2 here");
});
