/** What visitors do on a page, as rules see it; and where and when nobody is watched. */
import type { Page } from "@playwright/test";
import { changeRule, changeSettings, changeSite } from "../support/admin.ts";
import type { Agent } from "../support/agent.ts";
import { anotherVisitor, expect, inGerman, test } from "../support/journey.ts";
import { Visitor } from "../support/visitor.ts";

interface Visit {
  id: string;
  page_views: number;
  utm: Record<string, string>;
  presentations: { outcome: string | null }[];
  pages: {
    url: string;
    visible_s: number;
    left_at: number | null;
    form: { submitted_at: number | null; seconds: number } | null;
  }[];
}

/** The only visit that there is, once there is one. */
async function onlyVisit(agent: Agent): Promise<Visit | undefined> {
  const [only] = (await agent.read<{ items: Visit[] }>("/visits")).items;
  return only && agent.read<Visit>(`/visits/${only.id}`);
}

const call = (page: Page, ...args: unknown[]) =>
  page.evaluate((args) => (window as unknown as { beckon(...call: unknown[]): void }).beckon(...args), args);

const stored = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).concat(Object.keys(sessionStorage)));

// spec, T-5, N-3
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
    [{ type: "inactivity", at_least_s: 8 }, (page) => page.mouse.move(200, 200)],
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
  await expect
    .poll(async () => (await agent.read<Visit>(`/visits/${id}`)).presentations)
    .toMatchObject([{ outcome: "rejected" }]);
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
  const visit = () => onlyVisit(agent);
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
  // Page views are written behind.
  const seen = async () => (await onlyVisit(agent))?.pages.map(({ url }) => new URL(url).pathname) ?? [];
  await expect.poll(seen).toEqual(["/prices"]);
  await visitor.page.evaluate(() => history.pushState({}, "", "/checkout"));
  await expect(visitor.widget).toHaveCount(0);
});

// spec: N-3, N-4, P-11
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

// spec: T-6, T-4
test("ten tabs hold one connection, which beats once in a Poll Interval", async ({
  browser,
  demo,
  visitor,
  agent: _,
}) => {
  await changeSettings(browser, demo, { poll_interval_s: 2 });
  const beats: number[] = [];
  let connections = 0;
  const context = visitor.page.context();
  const watch = (page: Page) =>
    page.on("websocket", (socket) => {
      connections += 1;
      socket.on("framesent", ({ payload }) => {
        if (JSON.parse(String(payload)).type === "beat") beats.push(performance.now());
      });
    });
  watch(visitor.page);
  context.on("page", watch);
  const tabs = [visitor];
  while (tabs.length < 10) tabs.push(new Visitor(await context.newPage()));
  for (const tab of tabs) await tab.page.goto("/prices");
  for (const tab of tabs) await expect(tab.launcher).toBeVisible();
  beats.length = 0;
  await expect.poll(() => beats.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(6);
  expect(connections).toBe(1);
  const all_s = ((beats[5] ?? 0) - (beats[0] ?? 0)) / 1000;
  expect(all_s, "five intervals").toBeGreaterThan(5 * 2 * 0.85);
  expect(all_s, "five intervals").toBeLessThan(5 * 2 * 1.6);
});

// spec: T-2
test("what the visitor reads, and where, is told; the widget speaks as the page does", async ({
  browser,
  demo,
  errors,
  agent,
}) => {
  const visitor = await anotherVisitor(browser, demo, errors, { locale: "nb-NO", timezoneId: "Asia/Tokyo" });
  await inGerman(visitor.page);
  await visitor.page.goto("/prices");
  await visitor.launcher.click();
  await expect(visitor.widget.getByRole("button", { name: "Senden", exact: true })).toBeVisible();
  expect(await onlyVisit(agent)).toMatchObject({
    language: "nb-NO",
    time_zone: "Asia/Tokyo",
    device: "desktop",
    browser: "Chrome",
  });
  await visitor.page.context().close();
});

// spec: T-2
test("only the time in the foreground is counted", async ({ visitor, agent }) => {
  const { page } = visitor;
  await page.clock.install();
  await page.goto("/prices");
  await expect(visitor.launcher).toBeVisible();
  const show = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  const began = performance.now();
  await page.clock.fastForward(7_000);
  await show(true);
  await page.clock.fastForward(60_000);
  await show(false);
  await page.clock.fastForward(5_000);
  await page.evaluate(() => history.pushState({}, "", "/prices?more"));
  await expect.poll(async () => (await onlyVisit(agent))?.pages[0]?.left_at).toBeTruthy();
  const visible_s = (await onlyVisit(agent))?.pages[0]?.visible_s;
  expect(visible_s).toBeGreaterThanOrEqual(12);
  expect(visible_s).toBeLessThan(12 + 5 + (performance.now() - began) / 1000);
});

// spec: T-2
test("a form that is sent is known as sent, with the time that it took", async ({ visitor, agent }) => {
  await visitor.page.goto("/checkout");
  await expect(visitor.launcher).toBeVisible();
  for (const label of ["Name", "E-mail", "Street and number", "Postcode", "City"])
    await visitor.page.getByLabel(label, { exact: true }).fill("kari@example.com");
  await expect
    .poll(async () => (await onlyVisit(agent))?.pages[0]?.form?.seconds, { timeout: 15_000 })
    .toBeGreaterThanOrEqual(2);
  expect((await onlyVisit(agent))?.pages[0]?.form?.submitted_at).toBeNull();
  await visitor.page.getByRole("button", { name: "Place the order" }).click();
  await expect(visitor.page.getByRole("heading", { name: "Thank you" })).toBeVisible();
  await expect.poll(async () => (await onlyVisit(agent))?.pages[0]?.form?.submitted_at).toBeTruthy();
  const form = (await onlyVisit(agent))?.pages[0]?.form;
  expect(form?.seconds).toBeGreaterThanOrEqual(2);
});

// spec: T-3
test("back, forward and routes in the fragment are views; a place within the page is none", async ({
  visitor,
  agent,
}) => {
  const { page } = visitor;
  const views = async () => (await onlyVisit(agent))?.page_views;
  const go = async (act: () => unknown, count: number) => {
    await page.evaluate(act);
    await expect.poll(views).toBe(count);
  };
  await page.goto("/prices");
  await expect(visitor.launcher).toBeVisible();
  await go(() => history.pushState({}, "", "/category/chairs"), 2);
  await go(() => history.back(), 3);
  await go(() => history.forward(), 4);
  await page.evaluate(() => {
    location.hash = "delivery";
  });
  await go(() => {
    location.hash = "#/orders";
  }, 5);
  await go(() => history.replaceState({}, "", "/thank-you"), 6);
  const paths = (await onlyVisit(agent))?.pages.map(({ url }) => new URL(url).pathname);
  expect(paths).toEqual([
    "/prices",
    "/category/chairs",
    "/prices",
    "/category/chairs",
    "/category/chairs",
    "/thank-you",
  ]);
});
