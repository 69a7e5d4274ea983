// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, expect, it } from "vitest";
import type { Queue } from "../../../api/rest";
import { keys } from "../../api/queries";
import { field, type Mounted, mount } from "../../ui/mounted";
import { emptyQueue } from "./model";
import { QueuePage } from "./QueuePage";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

/** Everything that the page reads; a change is stored as the server stores it. */
async function queuePage() {
  const server = {
    queue: {
      ...emptyQueue(true),
      id: "q1",
      site_id: "s1",
      name: "Sales",
      agents: ["a1"],
      by_hand: null,
      open_now: true,
      next_change_at: null,
    } as unknown as Queue,
  };
  const mounted = await mount(<QueuePage site="s1" id="q1" />, ({ method, path, body }) => {
    if (method === "PATCH") server.queue = { ...server.queue, ...(body as Partial<Queue>) };
    if (path === "/queues/q1") return server.queue;
    if (path.startsWith("/sites/s1/queues")) return { items: [server.queue], next: null };
    return { items: [], next: null };
  });
  page = mounted;
  await mounted.until(() => field(mounted.element, "Name"));
  return { ...mounted, server };
}

// spec: Q-1
it("saves the name of a queue without the switch and the agents, which somebody else changed meanwhile", async () => {
  const { server, type, click, element, until, changes } = await queuePage();
  server.queue = { ...server.queue, channel_on: false, agents: ["a1", "a2"] };
  await type(field(element, "Name"), "Orders");
  await click(element.querySelector('button[type="submit"]'));
  await until(() => changes.length > 0);
  expect(changes).toEqual([{ method: "PATCH", path: "/queues/q1", body: { name: "Orders" } }]);
});

it("shows what somebody else changed of the queue, beside what is being typed", async () => {
  const { server, type, element, until, client } = await queuePage();
  const channel = () => element.querySelector<HTMLInputElement>('[data-path="channel_on"]');
  expect(channel()?.checked).toBe(true);
  await type(field(element, "Name"), "Orders");
  server.queue = { ...server.queue, channel_on: false };
  await act(() => client.invalidateQueries({ queryKey: keys.queues("s1") }));
  await until(() => channel()?.checked === false);
  expect(field(element, "Name")).toHaveProperty("value", "Orders");
});
