/** What visitors do on a page, as rules see it; and where and when nobody is watched. */
import type { Page } from "@playwright/test";
import { changeRule, changeSettings, changeSite } from "../support/admin.ts";
import { anotherVisitor, expect, test } from "../support/journey.ts";
import { Visitor } from "../support/visitor.ts";

interface Visit {
  id: string;
  page_views: number;
  utm: Record<string, string>;
  presentations: { outcome: string | null }[];
  pages: { url: string; form: { submitted_at: number | null } | null }[];
}

const call = (page: Page, ...args: unknown[]) =>
  page.evaluate((args) => (window as unknown as { beckon(...call: unknown[]): void }).beckon(...args), args);

const stored = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).concat(Object.keys(sessionStorage)));

// spec, T-5
test("scrolling, leaving, silence, an event and an attribute each bring the offer of their rule", async ({
  browser,
  demo,
  agent: _,
  errors,
}) => {
  test.setTimeout(240_000);
  const cases: [object, (page: Page) => Promise<unknown>][] = [
    [
      { type: "scroll_depth", at_least_percent: 60 },
      (page) => page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight)),
    ],
    [
      { type: "exit_intent" },
      (page) =>
        page.evaluate(() =>
          document.body.dispatchEvent(new MouseEvent("mouseout", { clientY: -1, bubbles: true })),
        ),
    ],
    [{ type: "inactivity", at_least_s: 3 }, (page) => page.mouse.move(200, 200)],
    [
      { type: "custom_event", name: "compared", at_least: 2, within_s: 60 },
      async (page) => {
        await call(page, "event", "compared");
        await call(page, "event", "compared");
      },
    ],
    [
      { type: "attribute", name: "cart", test: { is: "at_least", value: { type: "number", value: 100 } } },
      (page) => call(page, "set", { cart: 120 }),
    ],
  ];
  const changes = cases.map(([conditions, act]) => ({
    change: { match_value: "/product/", required_time_s: 0, conditions },
    check: async () => {
      const visitor = await anotherVisitor(browser, demo, errors);
      await visitor.page.goto("/product/oslo-chair");
      await expect(visitor.launcher).toBeVisible();
      await expect(visitor.accept).toBeHidden();
      await act(visitor.page);
      await expect(visitor.accept, JSON.stringify(conditions)).toBeVisible();
      await visitor.page.context().close();
    },
  }));
  await changeRule(browser, demo, "/product/", changes);
});

// spec: O-3, T-4, O-6
test("ten tabs are one visit with one offer, which goes from all of them at once", async ({
  visitor,
  agent,
}) => {
  const tabs = [visitor];
  while (tabs.length < 10) tabs.push(new Visitor(await visitor.page.context().newPage()));
  await Promise.all(tabs.map((tab) => tab.page.goto("/product/oslo-chair")));
  for (const tab of tabs) await expect(tab.launcher).toBeVisible();
  const first = tabs.at(-1) ?? visitor;
  await first.reject.waitFor({ timeout: 20_000 });
  const shown = await agent.read<{ items: Visit[] }>("/visits");
  expect(shown.items).toHaveLength(1);
  const { id } = shown.items[0] as Visit;
  await expect
    .poll(async () => (await agent.read<Visit>(`/visits/${id}`)).presentations)
    .toMatchObject([{ outcome: null }]);
  await expect.poll(async () => (await agent.read<Visit>(`/visits/${id}`)).page_views).toBe(10);
  await first.reject.click();
  for (const tab of tabs) await expect(tab.reject).toBeHidden();
  const { presentations } = await agent.read<Visit>(`/visits/${id}`);
  expect(presentations).toMatchObject([{ outcome: "rejected" }]);
});

// spec: T-2, T-3, T-10
test("a visit is recorded with what it came with, its views and its forms, and nothing of what was typed", async ({
  visitor,
  agent,
}) => {
  await visitor.page.goto("/checkout?utm_source=letter&email=kari@example.com");
  await expect(visitor.launcher).toBeVisible();
  await visitor.page.getByLabel("Name", { exact: true }).fill("Kari Secret");
  await visitor.page.reload();
  await expect(visitor.launcher).toBeVisible();
  await visitor.page.evaluate(() => history.pushState({}, "", "/checkout?step=2"));
  const visit = async () => {
    const [only] = (await agent.read<{ items: Visit[] }>("/visits")).items;
    return only && agent.read<Visit>(`/visits/${only.id}`);
  };
  await expect.poll(async () => (await visit())?.page_views).toBe(3);
  await expect.poll(async () => (await visit())?.pages[0]?.form).not.toBeNull();
  const seen = await visit();
  expect(seen?.utm).toEqual({ source: "letter" });
  expect(new Set(seen?.pages.map(({ url }) => new URL(url).search))).toEqual(new Set([""]));
  expect(JSON.stringify(seen)).not.toMatch(/Secret|example\.com/);
});

// spec: T-9
test("a path without tracking loads nothing and makes no visit, until the page leaves it", async ({
  browser,
  demo,
  visitor,
  agent,
}) => {
  await changeSite(browser, demo, { deny_paths: ["/checkout"] });
  const loaded: string[] = [];
  visitor.page.on("request", (request) => {
    if (request.url().startsWith(demo.console)) loaded.push(new URL(request.url()).pathname);
  });
  visitor.page.on("websocket", (socket) => loaded.push(socket.url()));
  const terms = visitor.page.waitForResponse(/\/live\/site\//);
  await visitor.page.goto("/checkout");
  await terms;
  await visitor.page.evaluate(() => history.pushState({}, "", "/checkout/more"));
  await visitor.page.evaluate(() => history.pushState({}, "", "/prices"));
  await expect(visitor.launcher).toBeVisible();
  expect(loaded.slice(0, 2).map((path) => path.replace(/site\/.*/, "site/"))).toEqual([
    "/beckon.js",
    "/live/site/",
  ]);
  const [visit] = (await agent.read<{ items: Visit[] }>("/visits")).items;
  const { pages } = await agent.read<Visit>(`/visits/${visit?.id}`);
  expect(pages.map(({ url }) => new URL(url).pathname)).toEqual(["/prices"]);
  await visitor.page.evaluate(() => history.pushState({}, "", "/checkout"));
  await expect(visitor.widget).toHaveCount(0);
});

// spec: N-4, P-11
test("where the site waits for consent nothing is stored or seen before it, nor after it is withdrawn", async ({
  browser,
  demo,
  visitor,
  agent,
}) => {
  await changeSettings(browser, demo, { consent: "off" });
  const terms = visitor.page.waitForResponse(/\/live\/site\//);
  await visitor.page.goto("/product/oslo-chair");
  await terms;
  await visitor.page.goto("/product/oslo-chair?fence");
  expect(await stored(visitor.page)).toEqual([]);
  expect((await agent.read<{ items: Visit[] }>("/visits")).items).toEqual([]);
  await call(visitor.page, "consent", "full");
  await visitor.accept.waitFor({ timeout: 20_000 });
  const [visit] = (await agent.read<{ items: Visit[] }>("/visits")).items;
  await call(visitor.page, "consent", "off");
  await expect(visitor.widget).toHaveCount(0);
  expect(await stored(visitor.page)).toEqual([]);
  await expect
    .poll(async () => (await agent.read<Visit>(`/visits/${visit?.id}`)).presentations)
    .toMatchObject([{ outcome: "withdrawn" }]);
});

// spec: T-9
test("a robot sees no launcher and makes no visit", async ({ browser, demo, agent }) => {
  const robot = await browser.newContext({
    baseURL: demo.shop,
    userAgent: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  });
  const page = await robot.newPage();
  const terms = page.waitForResponse(/\/live\/site\//);
  await page.goto("/product/oslo-chair");
  expect((await terms).status()).toBe(403);
  await page.goto("/prices");
  await expect(page.locator("beckon-chat")).toHaveCount(0);
  expect((await agent.read<{ items: Visit[] }>("/visits")).items).toEqual([]);
  await robot.close();
});
