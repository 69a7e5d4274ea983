/** What an administrator changes for a journey, and the addresses of all pages of the administration, with the ids that the demo has. */
import { type Browser, expect } from "@playwright/test";
import { Agent } from "./agent.ts";
import type { Demo } from "./demo.ts";

interface List {
  items: { id: string }[];
}

/** Beside the first, which has no name in the address. */
const queue_tabs = ["form", "hours", "agents", "routing", "alternatives", "conduct", "styling"];

export async function listAdminPages(admin: Agent): Promise<string[]> {
  const first = async (path: string) => {
    const [item] = (await admin.read<List>(path)).items;
    if (!item) throw new Error(`the demo has nothing under ${path}`);
    return item.id;
  };
  const site = await first("/sites");
  const below = `/admin/sites/${site}`;
  const queue = `${below}/queues/${await first(`/sites/${site}/queues`)}`;
  return [
    "/admin/sites",
    "/admin/sites/new",
    below,
    `${below}/setup`,
    `${below}/tracking`,
    `${below}/offers`,
    `${below}/offers/new`,
    `${below}/offers/${await first(`/sites/${site}/offers`)}`,
    `${below}/rules`,
    `${below}/rules/new`,
    `${below}/rules/${await first(`/sites/${site}/rules`)}`,
    `${below}/rule-test`,
    `${below}/queues`,
    `${below}/queues/new`,
    queue,
    ...queue_tabs.map((tab) => `${queue}?tab=${tab}`),
    "/admin/users",
    "/admin/users/new",
    "/admin/single-sign-on",
    `/admin/users/${await first("/users")}`,
    "/admin/canned-replies",
    "/admin/canned-replies/new",
    "/admin/workspace",
    "/admin/webhooks",
    "/admin/webhooks/new",
    "/admin/api-tokens",
    "/admin/api-tokens/new",
    "/admin/audit",
    "/account",
    `${below}/versions`,
  ];
}

interface Site {
  id: string;
  settings: Record<string, unknown>;
}

interface Rule {
  id: string;
  plan: Record<string, unknown>;
}

interface Offer {
  id: string;
  name: string;
  design: Record<string, unknown>;
}

/** Does something as the demo's administrator, in a browser of their own. */
async function asAdmin<T>(browser: Browser, demo: Demo, act: (admin: Agent, site: Site) => Promise<T>) {
  const context = await browser.newContext({ baseURL: demo.console });
  const admin = new Agent(await context.newPage(), demo.console);
  await admin.signIn(demo.account("admin"));
  const site = (await admin.read<{ items: Site[] }>("/sites")).items[0];
  if (!site) throw new Error("the demo has a site");
  await act(admin, site);
  await context.close();
}

async function patch(admin: Agent, path: string, data: object): Promise<void> {
  const headers = { origin: admin.origin };
  const answer = await admin.page.request.patch(`${admin.origin}/api/v1${path}`, { data, headers });
  expect(answer.status(), await answer.text()).toBe(200);
}

interface CannedReply {
  shortcut: string;
  title: string;
  texts: Record<string, string>;
  personal?: boolean;
}

/** As whoever is signed in there; yields its id. */
export async function addCannedReply(agent: Agent, reply: CannedReply): Promise<string> {
  const options = { data: reply, headers: { origin: agent.origin } };
  const answer = await agent.page.request.post(`${agent.origin}/api/v1/canned-replies`, options);
  expect(answer.status(), await answer.text()).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

/** Changes visitor tracking settings of the demo's site. */
export async function changeSettings(browser: Browser, demo: Demo, change: object): Promise<void> {
  await asAdmin(browser, demo, (admin, site) =>
    patch(admin, `/sites/${site.id}`, { settings: { ...site.settings, ...change } }),
  );
}

/** Changes the demo's site itself. */
export async function changeSite(browser: Browser, demo: Demo, change: object): Promise<void> {
  await asAdmin(browser, demo, (admin, site) => patch(admin, `/sites/${site.id}`, change));
}

/** Changes the plan of the demo's queue. */
export async function changeQueue(browser: Browser, demo: Demo, change: object): Promise<void> {
  await asAdmin(browser, demo, async (admin, site) => {
    const [queue] = (await admin.read<{ items: Rule[] }>(`/sites/${site.id}/queues`)).items;
    if (!queue) throw new Error("the demo has a queue");
    await patch(admin, `/queues/${queue.id}`, { plan: { ...queue.plan, ...change } });
  });
}

/** A further queue of the demo's site, which the demo's user of that name alone serves. */
export async function addQueue(browser: Browser, demo: Demo, name: string, served_by: string): Promise<void> {
  await asAdmin(browser, demo, async (admin, site) => {
    const { items } = await admin.read<{ items: { id: string; email: string }[] }>("/users");
    const agents = items.filter(({ email }) => email === demo.account(served_by).email).map(({ id }) => id);
    const options = { data: { name, agents }, headers: { origin: admin.origin } };
    const answer = await admin.page.request.post(`${admin.origin}/api/v1/sites/${site.id}/queues`, options);
    expect(answer.status(), await answer.text()).toBe(201);
  });
}

/** Changes the design of the demo's offer of that name, one change after the other, each followed by its check. */
export async function changeOffer(
  browser: Browser,
  demo: Demo,
  name: string,
  changes: { change: object; check: () => Promise<void> }[],
): Promise<void> {
  await asAdmin(browser, demo, async (admin, site) => {
    const { items } = await admin.read<{ items: Offer[] }>(`/sites/${site.id}/offers`);
    const offer = items.find((offer) => offer.name === name);
    if (!offer) throw new Error(`the demo has no offer ${name}`);
    for (const { change, check } of changes) {
      await patch(admin, `/offers/${offer.id}`, { design: { ...offer.design, ...change } });
      await check();
    }
  });
}

/** Changes the plan of the demo's rule that matches `match_value`, one change after the other, each followed by its check. */
export async function changeRule(
  browser: Browser,
  demo: Demo,
  match_value: string,
  changes: { change: object; check?: () => Promise<void> }[],
): Promise<void> {
  await asAdmin(browser, demo, async (admin, site) => {
    const { items } = await admin.read<{ items: Rule[] }>(`/sites/${site.id}/rules`);
    const rule = items.find(({ plan }) => plan.match_value === match_value);
    if (!rule) throw new Error(`the demo has no rule on ${match_value}`);
    for (const { change, check } of changes) {
      await patch(admin, `/rules/${rule.id}`, { plan: { ...rule.plan, ...change } });
      if (check) await check();
    }
  });
}
