/**
 * What the widget costs a customer's page on its first view: bytes, requests, time of the main thread with the processor
 * slowed down four times, layout shift, and whether the page is still kept for back and forward.
 *
 * The floor of the main thread is the same page without the widget's line, in turn, over the same time: what the browser
 * does for any page, nobody can leave out. Another page has a script that asks, connects and shows a button and does nothing
 * else: what that costs beyond the floor is what the browser takes for any chat, however little of a program it is. All pages
 * are measured by the same tool, which adds its part to each. Time is that of the thread, so that what else runs on the machine
 * does not count.
 */
import { brotliDecompressSync, gzipSync } from "node:zlib";
import { type Browser, expect, test } from "@playwright/test";
import { browser } from "../support/chromium.ts";
import { type Pages, servePages } from "./pages.ts";
import { tell, wanted } from "./tell.ts";

const rounds = Number(wanted("BECKON_BENCH_ROUNDS"));
const slower = 4;
/** How long a view is watched after the page has been loaded. */
const watched_ms = 2_000;

/** What a view asked of Beckon, and what it did to the page. */
interface View {
  /** Addresses without the query. */
  asked: string[];
  sockets: number;
  shift: number;
}

/** Milliseconds of the page's main thread. */
interface Busy {
  tasks: number;
  script: number;
}

test.use({
  // Playwright turns the back-forward cache off.
  launchOptions: { ...browser.launchOptions, ignoreDefaultArgs: ["--disable-back-forward-cache"] },
});

test("the widget on a page", async ({ browser: chromium }) => {
  const beckon = wanted("BECKON_BENCH_URL");
  const pages = await servePages(Number(wanted("BECKON_BENCH_PAGES")), beckon, wanted("BECKON_BENCH_SITE"));
  const view = await firstView(chromium, `${pages.url}/about`, beckon);
  const files = view.asked.filter((url) => url.endsWith(".js"));
  await weigh([...new Set([...files, `${beckon}/beckon-chat.js`])]);
  tell("requests of a first view", "", [view.asked.length], { at_most: 2 });
  tell("WebSockets of a first view", "", [view.sockets]);
  const [own, least, bare]: [Busy[], Busy[], Busy[]] = [[], [], []];
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    const with_widget = await busy(chromium, `${pages.url}/about`);
    const with_least = await busy(chromium, `${pages.url}/least`);
    const without = await busy(chromium, `${pages.url}/bare`);
    if (round > 0) {
      own.push(with_widget);
      least.push(with_least);
      bare.push(without);
    }
  }
  const above = (page: Busy[], of: keyof Busy) =>
    page.map((busy, round) => busy[of] - (bare[round]?.[of] ?? 0));
  const floor = bare.map(({ tasks }) => tasks);
  tell(`main thread at ${slower}x, the page without the widget`, "ms", floor);
  tell(`main thread at ${slower}x, beyond that`, "ms", above(own, "tasks"), { at_most: 10 });
  tell(`main thread at ${slower}x, script beyond that`, "ms", above(own, "script"));
  tell(`main thread at ${slower}x, the least of a chat beyond that`, "ms", above(least, "tasks"));
  tell("layout shift", "", [view.shift], { at_most: 0 });
  tell("kept for back and forward, of 1", "", [await isKept(chromium, pages)], { at_least: 1 });
  pages.close();
});

async function firstView(chromium: Browser, url: string, beckon: string): Promise<View> {
  const context = await chromium.newContext({ userAgent: browser.userAgent });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  const asked: string[] = [];
  let sockets = 0;
  cdp.on("Network.requestWillBeSent", ({ request }) => {
    if (request.url.startsWith(beckon)) asked.push(request.url.split("?")[0] ?? "");
  });
  cdp.on("Network.webSocketCreated", () => {
    sockets += 1;
  });
  await cdp.send("Network.enable");
  await page.goto(url);
  await page.waitForTimeout(watched_ms);
  await expect(page.locator("beckon-chat")).toBeAttached();
  const shift = await page.evaluate(shifted);
  await context.close();
  return { asked, sockets, shift };
}

/** Nothing else is watched meanwhile: what a browser reports, it reports from the same thread. */
async function busy(chromium: Browser, url: string): Promise<Busy> {
  const context = await chromium.newContext({ userAgent: browser.userAgent });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: slower });
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(url);
  // The length of the measurement, the same for both pages.
  await page.waitForTimeout(watched_ms);
  const { metrics } = await cdp.send("Performance.getMetrics");
  await context.close();
  const time = (wanted: string) => {
    const metric = metrics.find(({ name }) => name === wanted);
    if (!metric) throw new Error(`the browser does not say its ${wanted}`);
    return metric.value * 1_000;
  };
  return { tasks: time("TaskDuration"), script: time("ScriptDuration") };
}

/** The sum of all shifts since the page began. Runs in the browser. */
function shifted(): Promise<number> {
  return new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 100);
  });
}

/** Compressed sizes of files: by brotli as they are sent, by gzip as a proxy would make it of them. */
async function weigh(files: string[]): Promise<void> {
  const limits = new Map([
    ["beckon.js", 6],
    ["beckon-chat.js", 30],
  ]);
  for (const url of files) {
    const response = await fetch(url, { headers: { "accept-encoding": "identity" } });
    const plain = Buffer.from(await response.arrayBuffer());
    const name = url.split("/").at(-1) ?? "";
    const limit = limits.get(name);
    tell(
      `${name}, brotli`,
      "KB",
      [(await sent(url, plain)) / 1_024],
      limit === undefined ? {} : { at_most: limit },
    );
    tell(`${name}, gzip`, "KB", [gzipSync(plain, { level: 9 }).length / 1_024]);
  }
}

/** How much a browser is sent that takes brotli. */
async function sent(url: string, plain: Buffer): Promise<number> {
  const { request } = await import("node:http");
  const body = await new Promise<Buffer>((done, fail) => {
    const asking = request(url, { headers: { "accept-encoding": "br" } }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => done(Buffer.concat(parts)));
    });
    asking.on("error", fail);
    asking.end();
  });
  if (!brotliDecompressSync(body).equals(plain)) throw new Error(`${url} is another file with brotli`);
  return body.length;
}

/** Whether a page with the widget comes back whole. */
async function isKept(chromium: Browser, pages: Pages): Promise<number> {
  const context = await chromium.newContext({ userAgent: browser.userAgent });
  const page = await context.newPage();
  const connected = page.waitForEvent("websocket");
  await page.goto(`${pages.url}/about`);
  await (await connected).waitForEvent("framereceived");
  await page.evaluate(() =>
    addEventListener("pageshow", ({ persisted }) => Object.assign(window, { persisted })),
  );
  await page.goto(`${pages.url}/bare`);
  await page.goBack({ waitUntil: "commit" });
  const kept = await page.evaluate(() => "persisted" in window && window.persisted);
  await context.close();
  return kept ? 1 : 0;
}
