/** What the widget's tracker reports, and what it leaves alone, in real Chromium. */
import { expect, it } from "vitest";
import { call, context, fake, greet, newContext, said, troubles, until, visit, welcome } from "./stage";

const launcher = { name: "Chat", exact: true } as const;
const signals = (over = {}) => ({ scroll_percents: [], exit: false, inactivity_s: null, ...over });
const tall = () => fake.html((text) => text.replace("</body>", `${"<p>More</p>".repeat(200)}</body>`));
const stored = () => Object.keys(localStorage).concat(Object.keys(sessionStorage));

it("loads no more than it needs: nothing reports where no rule asks and no form is used", async () => {
  // spec: T-1 X-8
  greet();
  const page = await visit();
  await page.getByRole("button", launcher).waitFor();
  await page.mouse.move(200, 200);
  await page.mouse.wheel(0, 500);
  await call(page, "event", "fence");
  await until("event");
  expect(fake.requests).not.toContain("GET /beckon-track.js");
  expect(fake.frames.map((frame) => frame.type)).toEqual(["hello", "event"]);
  await page.getByLabel("Quantity").focus();
  await until("form");
  expect(fake.requests).toContain("GET /beckon-track.js");
  expect(troubles).toEqual([]);
});

it("reports the depths that rules ask for as they are passed, once in a view", async () => {
  // spec: R-8 T-2
  tall();
  greet({ signals: signals({ scroll_percents: [25, 50, 90] }) });
  const page = await visit();
  await page.getByRole("button", launcher).waitFor();
  await expect.poll(() => fake.requests).toContain("GET /beckon-track.js");
  const to = (part: number) =>
    page.evaluate((part) => {
      const page = document.documentElement;
      scrollTo(0, (page.scrollHeight - page.clientHeight) * part);
    }, part);
  await to(0.6);
  await until("scroll", 1);
  await to(0.3);
  await to(1);
  await until("scroll", 2);
  expect(said("scroll").map((frame) => frame.percent)).toEqual([50, 90]);
});

it("reports the wish to leave once, when the pointer goes over the top", async () => {
  // spec: R-8
  greet({ signals: signals({ exit: true }) });
  const page = await visit();
  await expect.poll(() => fake.requests).toContain("GET /beckon-track.js");
  await page.getByRole("button", launcher).waitFor();
  const out = (y: number) =>
    page.evaluate((clientY) => {
      document.documentElement.dispatchEvent(new MouseEvent("mouseout", { clientY, bubbles: true }));
    }, y);
  await out(300);
  await call(page, "event", "fence");
  await until("event");
  expect(said("exit")).toEqual([]);
  await out(-1);
  await out(-1);
  await call(page, "event", "fence");
  await until("event", 2);
  expect(said("exit")).toHaveLength(1);
});

it("reports activity, and at most as often as the shortest inactivity needs", async () => {
  // spec: R-8 T-1
  greet({ signals: signals({ inactivity_s: 4 }) });
  const page = await visit();
  await page.getByRole("button", launcher).waitFor();
  await expect.poll(() => fake.requests).toContain("GET /beckon-track.js");
  for (let x = 0; x < 60; x++) await page.mouse.move(100 + x, 100);
  await until("active", 1);
  // The last word comes once the visitor has stopped.
  await until("active", 2);
  expect(said("active")).toHaveLength(2);
});

it("follows a change of rules while the page is open", async () => {
  // spec: R-7 R-8
  tall();
  greet();
  const page = await visit();
  await page.getByRole("button", launcher).waitFor();
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  fake.send({ type: "signals", signals: signals({ scroll_percents: [80] }) });
  await until("scroll");
  expect(said("scroll")).toMatchObject([{ percent: 80 }]);
});

it("sets typed attributes, and leaves out what is none", async () => {
  // spec: T-5 N-3
  greet();
  const page = await visit();
  await page.evaluate(() => {
    const { beckon } = window as unknown as { beckon: (...call: unknown[]) => void };
    beckon("set", { plan: "gold", cart: 12.5, member: true, since: new Date(86_400_000), bad: Number.NaN });
    beckon("set", { none: null, list: [1], deep: { a: 1 }, act: () => 1, "": 1, ["n".repeat(65)]: 1 });
    beckon("set", { long: "\ud83d\ude00".repeat(200), half: "a\ud83d" });
  });
  await until("set", 2);
  expect(said("set")[0]?.attributes).toEqual({
    plan: "gold",
    cart: 12.5,
    member: true,
    since: { time: 86_400_000 },
  });
  expect(said("set")[1]?.attributes.half).toBe("a");
  expect(String(said("set")[1]?.attributes.long)).toMatch(/^(\ud83d\ude00){1,256}$/u);
});

it("keeps what the page says before the connection stands, and while it is away", async () => {
  // spec: N-3 T-5
  fake.refuse("all");
  const page = await visit();
  await call(page, "event", "before");
  await call(page, "identify", "a.b.c");
  greet();
  fake.refuse("nothing");
  await page.getByRole("button", launcher).waitFor();
  await until("event");
  expect(said("hello")[0]?.identity).toMatchObject({ token: "a.b.c" });
  fake.refuse("all");
  fake.cut();
  await expect.poll(() => fake.open).toBe(0);
  await call(page, "event", "between");
  fake.refuse("nothing");
  await expect.poll(() => said("event").map((frame) => frame.name)).toEqual(["before", "between"]);
}, 30_000);

it("takes every call with any argument", async () => {
  // spec: N-3 T-1
  greet();
  const page = await visit();
  await page.getByRole("button", launcher).waitFor();
  await page.evaluate(() => {
    const { beckon } = window as unknown as { beckon: (...call: unknown[]) => void };
    const thrower = Object.defineProperty({}, "x", {
      enumerable: true,
      get: () => {
        throw new Error("no");
      },
    });
    const odd = [undefined, null, 0, Number.NaN, "", "x".repeat(100_000), true, [], {}, () => 1, thrower];
    const names = ["boot", "identify", "set", "event", "on", "consent", "__proto__", "constructor", "none"];
    for (const name of names) for (const a of odd) for (const b of odd) beckon(name, a, b);
    for (const name of odd) beckon(name);
    beckon("boot", { site: 1, host: "no address", consent: {} });
    beckon("event", "fence");
  });
  await expect.poll(() => said("event").map((frame) => frame.name)).toContain("fence");
  expect(await page.getByRole("button", launcher).isVisible()).toBe(true);
  expect(troubles).toEqual([]);
});

it("opens, closes, ends and starts again as the page asks", async () => {
  // spec: N-3
  fake.answer((frame) => {
    if (frame.type === "hello") return [welcome()];
    const agent = { name: "Alice" };
    const chat = { id: "c1", state: "active", agent, last_seq: 0, agent_read_seq: 0, visitor_read_seq: 0 };
    return frame.type === "open_chat" ? [{ type: "chat", chat }] : [];
  });
  const page = await visit();
  await page.getByRole("button", launcher).waitFor();
  await call(page, "open");
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  await call(page, "close");
  await page.getByRole("button", { name: "Maximise" }).waitFor();
  await call(page, "reset");
  await until("end_chat");
  await until("hello", 2);
  expect(said("hello")[1]?.token).toBeUndefined();
  await call(page, "shutdown");
  await expect.poll(() => page.locator("beckon-chat").count()).toBe(0);
  await expect.poll(() => fake.open).toBe(0);
  await call(page, "event", "nobody hears");
  await call(page, "boot", {});
  await page.getByRole("button", launcher).waitFor();
  expect(said("event")).toEqual([]);
});

it("loads nothing on a path without tracking, and comes and goes with the route", async () => {
  // spec: T-9
  fake.terms.deny_paths = ["/account"];
  greet();
  const page = await visit("/account/orders");
  await expect.poll(() => fake.requests.length).toBe(2);
  await page.evaluate(() => history.pushState({}, "", "/accounting"));
  await page.getByRole("button", launcher).waitFor();
  expect(fake.requests.slice(0, 2)).toEqual(["GET /beckon.js", "GET /live/site/site_test"]);
  expect(said("hello")).toMatchObject([{ pages: [{ url: `${fake.shop}/accounting` }] }]);
  await page.evaluate(() => history.pushState({}, "", "/account"));
  await until("leave");
  await expect.poll(() => page.locator("beckon-chat").count()).toBe(0);
  await expect.poll(() => fake.open).toBe(0);
  expect(JSON.stringify(fake.frames)).not.toContain("/account/");
});

it("stays quiet for good where it is not welcome", async () => {
  // spec: T-9 T-1
  fake.terms.status = 403;
  const page = await visit();
  await expect.poll(() => fake.requests.length).toBe(2);
  await page.evaluate(() => history.pushState({}, "", "/next"));
  await call(page, "consent", "full");
  await page.goto(`${fake.shop}/fence`);
  await expect.poll(() => fake.requests.length).toBe(4);
  expect(fake.requests.filter((request) => request.startsWith("GET /live/"))).toHaveLength(2);
  expect(fake.frames).toEqual([]);
});

it("asks, stores and sends nothing while the snippet's consent is off", async () => {
  // spec: N-4
  greet();
  fake.html((text) => text.replace("data-site", 'data-consent="off" data-site'));
  const page = await visit();
  await call(page, "event", "kept until then");
  expect(fake.requests).toEqual(["GET /beckon.js"]);
  expect(await page.evaluate(stored)).toEqual([]);
  await call(page, "consent", "full");
  await until("event");
  await page.reload();
  await until("hello", 2);
  expect(said("hello")[1]?.token).toBe("token-1");
});

it("waits for consent where the site asks for it, and the snippet can only ask for more", async () => {
  // spec: N-4
  fake.terms.consent = "off";
  greet();
  fake.html((text) => text.replace("data-site", 'data-consent="full" data-site'));
  const page = await visit();
  await expect.poll(() => fake.requests).toContain("GET /live/site/site_test");
  await page.goto(`${fake.shop}/fence`);
  expect(fake.requests.filter((request) => request.includes("launcher"))).toEqual([]);
  expect(await page.evaluate(stored)).toEqual([]);
  await call(page, "consent", "session");
  await page.getByRole("button", launcher).waitFor();
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  expect(await page.evaluate(() => Object.keys(sessionStorage).length)).toBeGreaterThan(0);
});

it("forgets the visitor in every tab when consent is withdrawn, and keeps only that word", async () => {
  // spec: N-4
  greet();
  const first = await visit();
  await first.getByRole("button", launcher).waitFor();
  const second = await visit("/second");
  await second.getByRole("button", launcher).waitFor();
  // What one process stores another one may read late; the word of the tab comes first.
  await first.evaluate(() => {
    const { getItem } = Storage.prototype;
    Storage.prototype.getItem = function (name) {
      return name.endsWith(":consent") ? null : getItem.call(this, name);
    };
  });
  await call(second, "consent", "off");
  for (const page of [first, second]) {
    await expect.poll(() => page.locator("beckon-chat").count()).toBe(0);
    await expect.poll(() => page.evaluate(stored)).toEqual(["beckon:site_test:consent"]);
  }
  await until("consent");
  await expect.poll(() => fake.open).toBe(0);
  const { length } = fake.frames;
  await first.reload();
  await first.goto(`${fake.shop}/fence`);
  expect(fake.frames).toHaveLength(length);
  await call(first, "consent", "full");
  await until("hello", 2);
  expect(said("hello").at(-1)?.token).toBeUndefined();
});

it("takes the browser's Global Privacy Control for session only", async () => {
  // spec: N-4
  await context.addInitScript(() =>
    Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { value: true }),
  );
  greet();
  const page = await visit();
  await page.getByRole("button", launcher).waitFor();
  await until("hello");
  await expect.poll(() => page.evaluate(() => Object.keys(sessionStorage).length)).toBeGreaterThan(0);
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

it("keeps the visitor when they agree to more", async () => {
  // spec: N-4
  greet();
  fake.html((text) => text.replace("data-site", 'data-consent="session" data-site'));
  const page = await visit();
  await page.getByRole("button", launcher).waitFor();
  await call(page, "consent", "full");
  await until("hello", 2);
  await page.getByRole("button", launcher).waitFor();
  expect(said("hello")[1]?.token).toBe("token-1");
  expect(await page.evaluate(() => Object.keys(localStorage))).toContain("beckon:site_test");
});

it("reads a flick to the top as the wish to leave where there is no pointer", async () => {
  // spec: R-8
  const phone = await newContext({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  tall();
  greet({ signals: signals({ exit: true, scroll_percents: [1] }) });
  const page = await visit("/", phone);
  await page.getByRole("button", launcher).waitFor();
  await expect.poll(() => fake.requests).toContain("GET /beckon-track.js");
  await page.evaluate(() => scrollTo(0, 2_000));
  // What was measured is told once that movement is over; the next one begins a movement of its own.
  await until("scroll");
  await page.evaluate(() => {
    addEventListener("scroll", () => scrollBy(0, -900), { once: true });
    scrollBy(0, -100);
  });
  await until("exit");
  await phone.close();
});
