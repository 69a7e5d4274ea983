/** Three nodes behind a proxy, set up as operators are told to: a node dies, and nobody but its log knows. */
import { type Browser, request } from "@playwright/test";
import type { Agent } from "../support/agent.ts";
import { Cluster, type NodeName, node_names, type ProxyName, whyNot } from "../support/cluster.ts";
import { another, anotherVisitor, test as base, chat, expect, transcript } from "../support/journey.ts";
import type { Visitor } from "../support/visitor.ts";

const test = base.extend<{ front: ProxyName; cluster: Cluster }>({
  front: ["haproxy", { option: true }],
  cluster: async ({ browser, front }, use, info) => {
    const why_not = whyNot();
    // The list of results does not say why something was left out.
    if (why_not) process.stdout.write(`${why_not}\n`);
    test.skip(why_not !== undefined, why_not);
    const cluster = await Cluster.start(front, (name) => info.outputPath(`${name}.log`));
    await use(cluster);
    // A browser that outlives the network would look for the proxy elsewhere.
    await Promise.all(browser.contexts().map((context) => context.close()));
    await cluster.remove();
  },
});

// The certificate of the proxy was made a moment ago.
test.use({ ignoreHTTPSErrors: true });
test.slow();

const lost = /WebSocket|ERR_CONNECTION|Failed to fetch|status of 50[234]/;
/** How a node is lost, and within which time both browsers have their connection again. */
const ends = {
  dies: { back: { timeout: 15_000 }, lose: (cluster: Cluster, node: NodeName) => cluster.kill(node) },
  vanishes: { back: { timeout: 30_000 }, lose: (cluster: Cluster, node: NodeName) => cluster.vanish(node) },
};
type End = (typeof ends)[keyof typeof ends];

interface Pair {
  visitor: Visitor;
  agent: Agent;
  /** The node each of them is on. */
  of_visitor: NodeName;
  of_agent: NodeName;
}

/** The nodes of so many connections that stay: requests come and go between two looks. */
async function lastingConnections(cluster: Cluster, count: number): Promise<NodeName[]> {
  let [before, nodes]: NodeName[][] = [[], []];
  await expect(async () => {
    [before, nodes] = [nodes ?? [], await cluster.connections()];
    expect(nodes).toHaveLength(count);
    expect(nodes).toEqual(before);
  }).toPass({ intervals: [500], timeout: 30_000 });
  return nodes ?? [];
}

/** A visitor and an agent in a chat, on two nodes. */
async function meet(cluster: Cluster, browser: Browser, errors: string[]): Promise<Pair> {
  const agent = await another(browser, cluster, "alice", errors);
  await agent.ready();
  const [of_agent] = await lastingConnections(cluster, 1);
  if (!of_agent) throw new Error("the agent has a connection");
  const visitor = await anotherVisitor(browser, cluster, errors);
  await chat(visitor, agent);
  let of_visitor: NodeName | undefined;
  // The proxy gives the visitor the node with the fewest connections, unless something else was under way there.
  await expect(async () => {
    of_visitor = (await lastingConnections(cluster, 2)).find((node) => node !== of_agent);
    if (!of_visitor) await visitor.page.reload();
    expect(of_visitor).toBeDefined();
  }).toPass({ timeout: 90_000 });
  if (!of_visitor) throw new Error("the visitor is on another node");
  await visitor.sees("Hello, how can I help?");
  return { visitor, agent, of_visitor, of_agent };
}

interface Messages {
  items: { seq: number; text: string; from: string }[];
}

/** Both write before, while and after this node is lost; everything arrives once, in order. */
async function survives(
  cluster: Cluster,
  node: NodeName,
  { lose, back }: End,
  { visitor, agent }: Pair,
): Promise<void> {
  const say = async (n: number) => {
    await visitor.say(`from-visitor-${n}`);
    await agent.say(`from-agent-${n}`);
  };
  for (const n of [1, 2, 3]) await say(n);
  await agent.sees("from-visitor-3");
  await visitor.sees("from-agent-3");

  // The fourth is under way when the node is lost, the fifth is written while a browser has no connection.
  await say(4);
  await lose(cluster, node);
  await say(5);
  const others = node_names.filter((other) => other !== node);
  await expect(async () => {
    const nodes = await cluster.connections();
    expect(nodes).toHaveLength(2);
    for (const at of nodes) expect(others).toContain(at);
  }).toPass(back);
  for (const n of [6, 7, 8]) await say(n);

  const pattern = /from-(visitor|agent)-\d/g;
  const all = ["agent", "visitor"].flatMap((who) => [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `from-${who}-${n}`));
  const complete = async (page: typeof visitor.page) => (await transcript(page, pattern)).sort();
  await expect.poll(() => complete(visitor.page), back).toEqual(all);
  await expect.poll(() => complete(agent.page), back).toEqual(all);

  const { items } = await agent.read<{ items: { id: string }[] }>("/chats?state=open");
  expect(items).toHaveLength(1);
  const stored = (await agent.read<Messages>(`/chats/${items[0]?.id}/messages?limit=100`)).items;
  const texts = stored.map(({ text }) => text).filter((text) => /^from-/.test(text));
  for (const page of [visitor.page, agent.page])
    await expect.poll(() => transcript(page, pattern)).toEqual(texts);
  for (const who of ["visitor", "agent"]) {
    const own = texts.filter((text) => text.startsWith(`from-${who}`));
    expect(own).toEqual([...own].sort());
  }
}

/** The nodes know the address of a browser, which the browser cannot choose, and that it came by https. */
async function isForwarded(cluster: Cluster): Promise<void> {
  const headers = { origin: cluster.console, "x-forwarded-for": "203.0.113.9" };
  const api = await request.newContext({ ignoreHTTPSErrors: true, extraHTTPHeaders: headers });
  const { email, password } = cluster.account("admin");
  const answer = await api.post(`${cluster.console}/api/v1/session`, { data: { email, password } });
  expect(answer.headers()["set-cookie"]).toContain("Secure");
  const { items } = await (await api.get(`${cluster.console}/api/v1/me/sessions`)).json();
  const networks = (items as { network: string }[]).map((session) => session.network);
  const ours = new URL(cluster.console).hostname.replace(/\d+$/, "0/24");
  expect(new Set(networks)).toEqual(new Set([ours]));
  await api.dispose();
}

// spec: X-1
for (const [who, how] of [
  ["visitor", "dies"],
  ["agent", "dies"],
  ["agent", "vanishes"],
] as const)
  test(`what is written while the ${who}'s node ${how} arrives once, in order`, async ({
    browser,
    cluster,
    errors,
    expectedErrors,
  }) => {
    expectedErrors.push(lost);
    const pair = await meet(cluster, browser, errors);
    await isForwarded(cluster);
    await survives(cluster, pair[`of_${who}`], ends[how], pair);
  });

test.describe("behind nginx", () => {
  test.use({ front: "nginx" });

  // spec: X-1
  test("a chat goes on when two of three nodes have died", async ({
    browser,
    cluster,
    errors,
    expectedErrors,
  }) => {
    expectedErrors.push(lost);
    const agent = await another(browser, cluster, "alice", errors);
    await agent.ready();
    const visitor = await anotherVisitor(browser, cluster, errors);
    await chat(visitor, agent);
    await isForwarded(cluster);
    await cluster.kill("node1");
    await cluster.kill("node2");
    await visitor.say("from the last node");
    await agent.sees("from the last node");
    await agent.say("to the last node");
    await visitor.sees("to the last node");
  });
});
