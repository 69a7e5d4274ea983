/** The stage of the widget's browser tests: Chromium, a scripted server, and a page of another origin. Tests nothing. */
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { type Fake, startFake } from "./fake-server.mjs";

const styling = {
  color: "#0f766e",
  logo_url: null,
  position: "end",
  title: "Nordic Home",
  greeting: "",
  launcher: "round",
  launcher_label: "",
};

export const welcome = (over = {}) => ({
  type: "welcome",
  v: 1,
  token: "token-1",
  visit: "v1",
  poll_interval_s: 2,
  signals: { scroll_percents: [], exit: false, inactivity_s: null },
  styling,
  open: true,
  offer: null,
  chat: null,
  ...over,
});

/** As the server presents it. */
export const offer = {
  id: "p1",
  presented_at: 0,
  folded: false,
  design: {
    form: "card",
    position: "end",
    color: "#0f766e",
    logo_url: null,
    image_url: null,
    default_language: "en",
    texts: { en: { title: "Any questions?", body: "We are here.", accept_label: "Yes", reject_label: "No" } },
  },
};
export const chat = (state: string, over = {}) => ({
  id: "c1",
  state,
  last_seq: 0,
  agent_read_seq: 0,
  visitor_read_seq: 0,
  agent_delivered_seq: 0,
  visitor_delivered_seq: 0,
  files: true,
  agent: { name: "Alice" },
  ...over,
});

let browser: Browser;
export let fake: Fake;
export let context: BrowserContext;
/** What the pages logged as error or warning. */
export let troubles: string[];

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env.BECKON_CHROMIUM ?? "/usr/bin/chromium",
    // Playwright turns the back-forward cache off; the widget must not keep pages out of it.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
    ],
  });
}, 60_000);
afterAll(() => browser?.close());

beforeEach(async () => {
  fake = await startFake();
  troubles = [];
  context = await newContext();
});
afterEach(async () => {
  await context.close();
  await fake.close();
});

/** Another browser, with looks into the shadow root, which is closed in production. */
export async function newContext(options: object = {}): Promise<BrowserContext> {
  const made = await browser.newContext(options);
  await made.addInitScript(() => {
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (init) {
      return attach.call(this, { ...init, mode: "open" });
    };
  });
  return made;
}

/** A browser as customers have it. */
export const plainContext = () => browser.newContext();

export async function visit(path = "/", where: BrowserContext = context): Promise<Page> {
  const page = await where.newPage();
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (entry) => {
    if (entry.type() === "error" || entry.type() === "warning") troubles.push(entry.text());
  });
  await page.goto(fake.shop + path);
  return page;
}

export const greet = (over = {}, ...more: object[]) =>
  fake.answer((frame) => (frame.type === "hello" ? [welcome(over), ...more] : []));
export const said = (type: string) => fake.frames.filter((frame) => frame.type === type);
export const until = (type: string, count = 1) =>
  expect.poll(() => said(type).length).toBeGreaterThanOrEqual(count);

/** Calls `beckon` in the page. */
export const call = (page: Page, ...args: unknown[]) =>
  page.evaluate(
    (args) => (window as unknown as { beckon: (...call: unknown[]) => void }).beckon(...args),
    args,
  );
