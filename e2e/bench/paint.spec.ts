/**
 * How long it takes from when a rule's conditions are met until its offer is painted, in a browser that comes for the first
 * time: the decision, its commit, the frame, the files of the offer, and drawing it.
 *
 * A page that meets its rule by itself does so when its frame leaves the browser; with a Required Time of a second it is met a
 * second after that. The way to the server and its reading of the frame count too, so that this is no less than what is meant.
 */
import { type Browser, test } from "@playwright/test";
import { browser } from "../support/chromium.ts";
import { openShadowRoots } from "../support/visitor.ts";
import { servePages } from "./pages.ts";
import { tellSlowest, wanted } from "./tell.ts";

const rounds = Number(wanted("BECKON_BENCH_ROUNDS"));
const painted_ms_max = 150;

declare global {
  interface Window {
    /** When the page's frame left, and when the offer was on screen. */
    times: { left: number | undefined; painted: Promise<number> };
  }
}

test("an offer", async ({ browser: chromium }) => {
  const beckon = wanted("BECKON_BENCH_URL");
  const pages = await servePages(Number(wanted("BECKON_BENCH_PAGES")), beckon, wanted("BECKON_BENCH_SITE"));
  for (const [name, path, required_ms] of [
    ["a page that meets its rule, to the offer painted", "/product/oslo-chair", 0],
    ["a second on the page, to the offer painted", "/timer/1", 1_000],
  ] as const) {
    const waits: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const wait = (await offered(chromium, pages.url + path)) - required_ms;
      if (round > 0) waits.push(wait);
    }
    tellSlowest(name, "ms", waits, { at_most: painted_ms_max });
  }
  pages.close();
});

/** Milliseconds from the frame with the page to the offer on screen, for somebody who was never here. */
async function offered(chromium: Browser, url: string): Promise<number> {
  const context = await chromium.newContext({ userAgent: browser.userAgent });
  const page = await context.newPage();
  await page.addInitScript(openShadowRoots);
  await page.addInitScript(watch);
  await page.goto(url);
  const took = await page.evaluate(async () => {
    const at = await window.times.painted;
    return at - (window.times.left ?? Number.NaN);
  });
  await context.close();
  if (Number.isNaN(took)) throw new Error("no frame with the page left the browser");
  return took;
}

/** Runs in the browser before anything else; imports nothing. */
function watch(): void {
  const patience_ms = 30_000;
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (typeof data === "string" && data.includes('"hello"')) window.times.left ??= performance.now();
    send.call(this, data);
  };
  const painted = new Promise<number>((done, fail) => {
    const timer = setTimeout(() => fail(new Error("no offer came")), patience_ms);
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (init) {
      const root = attach.call(this, init);
      const observer = new MutationObserver(() => {
        if (!Array.from(root.querySelectorAll("button")).some(({ textContent }) => textContent === "Yes"))
          return;
        observer.disconnect();
        clearTimeout(timer);
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.onmessage = () => done(performance.now());
          channel.port2.postMessage(null);
        });
      });
      observer.observe(root, { subtree: true, childList: true, characterData: true });
      return root;
    };
  });
  window.times = { left: undefined, painted };
}
