/** Measures the console inside the page, on a server whose database holds a crowd, each beside a floor in the same page. */
import { expect, type Page, test } from "@playwright/test";
import { type Measure, measure } from "./measure.ts";
import { median, tell, wanted } from "./tell.ts";

/** Rounds of each kind; they alternate with their floor. */
const ROUNDS = 9;
/** Chats that are opened in turn. */
const CHATS = 12;
const KEYS = 30;

declare global {
  interface Window {
    bench: Measure;
  }
}

test("the console", async ({ page, context }) => {
  const url = wanted("BECKON_BENCH_URL");
  const [name, value] = wanted("BECKON_BENCH_COOKIE").split("=");
  await context.addCookies([{ name: name ?? "", value: value ?? "", url }]);
  await page.addInitScript(measure);
  await page.goto(`${url}/chats`);
  await expect(page.locator('a[href^="/chats/"]').first()).toBeVisible();
  const opened = await chats(page);
  await keys(page, opened[0] ?? "");
  await list(page);
  await visitors(page);
  await lists(page);
});

/** What was opened before is opened again: from the click until it is on screen. */
async function chats(page: Page): Promise<string[]> {
  const ids = await page.evaluate((count) => window.bench.chats(count), CHATS);
  for (const id of ids) await page.evaluate((chat) => window.bench.open(chat), id);
  const [opened, empty]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const id of ids) {
      opened.push(await page.evaluate((chat) => window.bench.open(chat), id));
      empty.push(await page.evaluate((at) => window.bench.empty(at), round % 2));
    }
  }
  tell("a route change to an empty page", "ms", empty);
  tell("opening a chat, warm", "ms", opened, { at_most: 100 });
  return ids;
}

/** From the key until its letter is on screen. */
async function keys(page: Page, chat: string): Promise<void> {
  await page.evaluate((href) => window.bench.open(href), chat);
  await page.evaluate(() => window.bench.bare());
  const [typed, bare, sent]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < KEYS; round += 1) {
    await page.evaluate(() => window.bench.listen(true));
    await page.keyboard.press("e");
    bare.push(await page.evaluate(() => window.bench.echo()));
    await page.evaluate(() => window.bench.listen(false));
    await page.keyboard.press("e");
    typed.push(await page.evaluate(() => window.bench.echo()));
    if (round % 3 === 2) {
      await page.evaluate(() => window.bench.listenToLog());
      await page.keyboard.press("Enter");
      sent.push(await page.evaluate(() => window.bench.echo()));
    }
  }
  await page.evaluate(() => window.bench.clear());
  tell("a key in a bare field, to its echo", "ms", bare);
  tell("a key in the composer, to its echo", "ms", typed, { at_most: 50 });
  tell("Enter, to the message on screen", "ms", sent, { at_most: 50 });
}

async function list(page: Page): Promise<void> {
  await scroll(page, "a plain list of 200 lines", "plain");
  await scroll(page, "the list of 200 chats", 'a[href^="/chats/"]');
}

async function visitors(page: Page): Promise<void> {
  const rows: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    rows.push(await page.evaluate(() => window.bench.to("/visitors", "tbody tr td")));
    await page.evaluate(() => window.bench.empty(0));
  }
  tell("10 000 visitors, to the first rows", "ms", rows, { at_most: 1_000 });
  await page.evaluate(() => window.bench.to("/visitors", "tbody tr td"));
  await scroll(page, "the table of 10 000 visitors", "tbody tr td");
}

/** From the click on the area until its first rows are on screen, with 100 000 behind them. */
async function lists(page: Page): Promise<void> {
  for (const [name, path, row] of [
    ["100 000 customers, to the first rows", "/customers", "tbody tr td"],
    ["100 000 enquiries, to the first rows", "/enquiries", 'li a[href^="/enquiries/"]'],
    ["100 000 ended chats, to the first rows", "/history", 'li a[href^="/history/"]'],
  ] as const) {
    const waits: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      await page.evaluate(() => window.bench.empty(0));
      waits.push(await page.evaluate(([to, sign]) => window.bench.to(to, sign), [path, row] as const));
    }
    tell(name, "ms", waits, { at_most: 1_000 });
  }
  for (const [name, path] of [
    ["100 000 ended chats, a page of them", "/chats?state=ended"],
    ["the open chats among them", "/chats?state=open"],
    ["100 000 customers, a search", "/sites/{site}/customers?q=last4711"],
  ] as const) {
    const waits: number[] = [];
    for (let round = 0; round < 5; round += 1)
      waits.push(await page.evaluate((at) => window.bench.ask(at), path));
    tell(name, "ms", waits, { at_most: 1_000 });
  }
}

/** Scrolls through at a steady speed: frames a second, and the longest frame. */
async function scroll(page: Page, name: string, of: string): Promise<void> {
  const [rates, longest]: [number[], number[]] = [[], []];
  for (let round = 0; round < 3; round += 1) {
    const frames = await page.evaluate((selector) => window.bench.scroll(selector), of);
    rates.push(1_000 / median(frames));
    longest.push(Math.max(...frames));
  }
  tell(`${name}, frames a second`, "/s", rates);
  tell(`${name}, the longest frame`, "ms", longest);
}
