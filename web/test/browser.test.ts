/** The built widget in real Chromium, on a page of another origin under a strict Content-Security-Policy. */
import { expect, it } from "vitest";
import {
  call,
  chat,
  context,
  fake,
  greet,
  newContext,
  offer,
  plainContext,
  said,
  troubles,
  until,
  visit,
  welcome,
} from "./stage";

const name_field = {
  key: "name",
  type: "text",
  label: { en: "First name" },
  help: {},
  required: true,
  choices: [],
};
const message = (seq: number, text: string) => ({
  type: "message",
  chat: "c1",
  message: { seq, id: `a${seq}`, from: "agent", name: "Alice", text, at: 0 },
});

it("shows the launcher without an error, a shift or a global of its own besides beckon", async () => {
  // spec: T-1 X-8
  greet();
  const page = await visit();
  const before = await page.evaluate(() => Object.keys(window).length);
  await page.getByRole("button", { name: "Chat", exact: true }).waitFor();
  const found = await page.evaluate(async () => {
    const shifts = await new Promise<number>((done) => {
      const observer = new PerformanceObserver((list) => done(list.getEntries().length));
      observer.observe({ type: "layout-shift", buffered: true });
      setTimeout(() => done(0), 300);
    });
    const added = Object.keys(window).filter((key) => key === "beckon" || key === "_");
    return { added, shifts, keys: Object.keys(window).length };
  });
  expect(found.added).toEqual(["beckon"]);
  expect(found.keys - before).toBeLessThanOrEqual(1);
  expect(found.shifts).toBe(0);
  expect(troubles).toEqual([]);
});

it("keeps its shadow root closed", async () => {
  // spec: X-7
  greet();
  const plain = await plainContext();
  const page = await plain.newPage();
  await page.goto(fake.shop);
  await page.locator("beckon-chat").waitFor({ state: "attached" });
  expect(await page.evaluate(() => document.querySelector("beckon-chat")?.shadowRoot)).toBeNull();
  await plain.close();
});

it("goes from the offer over form and queue to the conversation and its end", async () => {
  // spec: P-1 P-3 P-4 P-6 P-7 O-5
  fake.answer((frame) => {
    switch (frame.type) {
      case "hello":
        return [welcome({ offer })];
      case "accept":
        return [
          { type: "settled", presentation: "p1", outcome: "accepted" },
          { type: "chat", chat: chat("form", { form: [name_field] }) },
        ];
      case "send_form":
        return [{ type: "chat", chat: chat("queued", { position: 2, wait_s: 90 }) }];
      case "say":
        return [{ type: "ack", chat: "c1", id: frame.id, seq: 2 }];
      case "end_chat":
        return [{ type: "chat", chat: chat("ended", { ended_by: "visitor" }) }];
      default:
        return [];
    }
  });
  const page = await visit();
  await page.getByRole("region", { name: "Any questions?" }).getByRole("button", { name: "Yes" }).click();
  const send = page.getByRole("button", { name: "Send" });
  await page.getByLabel("First name").waitFor();
  expect(await send.isEnabled()).toBe(false);
  await page.getByLabel("First name").fill("Sam");
  await send.click();
  await page.getByText("Place in the queue").waitFor();
  fake.send({ type: "chat", chat: chat("active") });
  fake.send(message(1, "Hello Sam"));
  const log = page.getByRole("log");
  await log.getByText("Hello Sam").waitFor();
  const composer = page.getByRole("textbox", { name: "Message" });
  await composer.fill("Two");
  await composer.press("Shift+Enter");
  await composer.pressSequentially("lines");
  await composer.press("Enter");
  await log.getByText("Two\nlines").waitFor();
  expect(said("say")).toMatchObject([{ chat: "c1", text: "Two\nlines" }]);
  await page.getByRole("button", { name: "End chat" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "End chat" }).click();
  await page.getByRole("button", { name: "Start a new chat" }).waitFor();
  expect(said("send_form")).toMatchObject([{ answers: { name: "Sam" } }]);
  expect(troubles).toEqual([]);
});

it("goes on in every tab when the form is sent, also where a field has the focus", async () => {
  // spec: P-4 Q-7
  const queued = [{ type: "chat", chat: chat("queued", { position: 2 }) }];
  fake.answer((frame) => {
    if (frame.type === "hello") return [welcome({ chat: chat("form", { form: [name_field] }) })];
    return frame.type === "send_form" ? queued : [];
  });
  const [first, second] = [await visit(), await visit("/second")];
  await first.getByLabel("First name").fill("Sa");
  await second.getByLabel("First name").fill("Sam");
  await second.getByLabel("First name").press("Enter");
  for (const page of [first, second]) {
    await page.getByText("Place in the queue").waitFor();
    expect(await page.getByLabel("First name").count()).toBe(0);
  }
  fake.send({ type: "chat", chat: chat("active") });
  fake.send(message(1, "Hello Sam"));
  for (const page of [first, second]) await page.getByRole("log").getByText("Hello Sam").waitFor();
  expect(troubles).toEqual([]);
});

it("holds one connection for all tabs, and a No in one removes the offer from all", async () => {
  // spec: T-4 O-6 P-2
  greet({ offer });
  const first = await visit();
  await first.getByRole("region", { name: "Any questions?" }).waitFor();
  const second = await visit("/second");
  await second.getByRole("region", { name: "Any questions?" }).waitFor();
  await second.getByRole("button", { name: "No" }).click();
  await first.getByRole("button", { name: "Maximise" }).waitFor();
  expect(await first.getByRole("region", { name: "Any questions?" }).count()).toBe(0);
  expect(fake.connections).toBe(1);
  expect(said("page").map((frame) => frame.url)).toEqual([`${fake.shop}/second`]);
  greet();
  await first.close();
  await expect.poll(() => fake.connections).toBe(2);
  await second.getByRole("button", { name: "Maximise" }).click();
  await second.getByRole("dialog").getByRole("heading", { name: "Any questions?" }).waitFor();
});

it("holds one connection also where there are no Web Locks", async () => {
  // spec: T-4
  await context.addInitScript(() =>
    Object.defineProperty(Navigator.prototype, "locks", { value: undefined }),
  );
  greet();
  const first = await visit();
  await first.getByRole("button", { name: "Chat", exact: true }).waitFor();
  const second = await visit("/second");
  await second.getByRole("button", { name: "Chat", exact: true }).waitFor();
  expect(fake.connections).toBe(1);
  await first.close();
  await expect.poll(() => fake.connections).toBe(2);
});

it("lets a visible tab lead in place of one that the browser has put to sleep", async () => {
  // spec: T-4 Q-7
  await context.addInitScript(() => {
    // A suspended tab keeps its lock, and neither hears nor answers.
    const asleep = () => "asleep" in window;
    window.BroadcastChannel = class extends BroadcastChannel {
      override postMessage(message: unknown) {
        if (!asleep()) super.postMessage(message);
      }
      override set onmessage(hear: (event: MessageEvent) => void) {
        super.onmessage = (event) => asleep() || hear(event);
      }
    };
  });
  greet({ chat: chat("active") });
  const first = await visit();
  await first.getByRole("textbox", { name: "Message" }).waitFor();
  const second = await visit("/second");
  await second.getByRole("textbox", { name: "Message" }).waitFor();
  await first.evaluate(() => Object.assign(window, { asleep: true }));
  await second.getByRole("textbox", { name: "Message" }).fill("Still there?");
  await second.keyboard.press("Enter");
  await expect.poll(() => said("say").length, { timeout: 15_000 }).toBe(1);
  expect(fake.connections).toBe(2);
});

it("keeps the chat and its minimised window over pages", async () => {
  // spec: Q-7 P-2
  greet({ chat: chat("active", { last_seq: 1 }) }, message(1, "Hello Sam"));
  const page = await visit();
  await page.getByRole("log").getByText("Hello Sam").waitFor();
  await page.getByRole("button", { name: "Minimise" }).click();
  await page.getByRole("link", { name: "Another page" }).click();
  await page.getByRole("button", { name: "Maximise" }).click();
  await page.getByRole("log").getByText("Hello Sam").waitFor();
  expect(said("hello")[1]).toMatchObject({ token: "token-1", chat: { id: "c1", after: 0 } });
});

it("keeps what is written while the server is away, sends it once with the same id, and does not storm", async () => {
  // spec: T-1 X-1 Q-7
  greet({ chat: chat("active") });
  const page = await visit();
  const composer = page.getByRole("textbox", { name: "Message" });
  await composer.waitFor();
  fake.refuse("all");
  fake.cut();
  await page.getByText("The connection is lost").waitFor({ state: "attached" });
  await composer.fill("Still there?");
  await composer.press("Enter");
  await page.getByText("Waiting for the connection").waitFor();
  const tries = fake.connections + fake.posts;
  await page.waitForTimeout(3_000);
  expect(fake.connections + fake.posts - tries).toBeLessThanOrEqual(5);
  await page.reload();
  fake.answer((frame) => {
    if (frame.type === "hello") return [welcome({ chat: chat("active") })];
    return frame.type === "say" ? [{ type: "ack", chat: "c1", id: frame.id, seq: 1 }] : [];
  });
  fake.refuse("nothing");
  const log = page.getByRole("log");
  await log.getByText("Sent", { exact: true }).waitFor();
  fake.send({ type: "delivered", chat: "c1", seq: 1 });
  await log.getByText("Delivered", { exact: true }).waitFor();
  expect(said("say")).toHaveLength(1);
  expect(await page.getByText("Still there?").count()).toBe(1);
});

it("begins anew when its token is not known any more, and gives up when the page is not welcome", async () => {
  // spec: T-1
  fake.answer((frame) => {
    if (frame.type !== "hello") return [];
    return frame.token === "stale" ? [{ close: 4401 }] : [welcome({ token: "fresh" })];
  });
  await context.addInitScript(() =>
    localStorage.setItem("beckon:site_test", JSON.stringify({ token: "stale", window: "closed" })),
  );
  const page = await visit();
  await page.getByRole("button", { name: "Chat", exact: true }).waitFor();
  expect(said("hello").map((frame) => frame.token)).toEqual(["stale", undefined]);
  fake.answer((frame) => (frame.type === "hello" ? [{ close: 4403 }] : []));
  fake.cut();
  await until("hello", 3);
  const { connections } = fake;
  await page.waitForTimeout(3_000);
  expect(fake.connections).toBe(connections);
  expect(fake.posts).toBe(0);
});

it("polls where no WebSocket can be had, and everything still works", async () => {
  // spec: T-6
  fake.refuse("sockets");
  greet({ offer });
  const page = await visit();
  await page.getByRole("region", { name: "Any questions?" }).waitFor();
  fake.answer((frame) => {
    if (frame.type === "hello") return [welcome()];
    return frame.type === "accept" ? [{ type: "chat", chat: chat("active") }] : [];
  });
  await page.getByRole("button", { name: "Yes" }).click();
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  fake.answer((frame) => (frame.type === "hello" ? [welcome({ chat: chat("active") })] : []));
  fake.send(message(1, "Hello Sam"));
  await page.getByRole("log").getByText("Hello Sam").waitFor();
});

it("tells page views, in-app routes and form activity, and never what was typed", async () => {
  // spec: T-2 T-3
  greet();
  const page = await visit();
  await until("hello");
  await page.getByRole("button", { name: "Chat", exact: true }).waitFor();
  await page.evaluate(() => history.pushState({}, "", "/route?a=1"));
  await until("page");
  await page.evaluate(() => history.replaceState({}, "", "/route?a=1#place"));
  await page.getByLabel("Quantity").fill("secret-42");
  await until("form", 2);
  expect(said("page")).toMatchObject([{ url: `${fake.shop}/route?a=1`, referrer: `${fake.shop}/` }]);
  expect(said("leave")).toMatchObject([{ view: said("hello")[0]?.pages[0].view }]);
  expect(said("form").map((frame) => frame.action)).toEqual(["entered", "input"]);
  expect(JSON.stringify(fake.frames)).not.toContain("secret-42");
});

it("tells a page view also while the server has not answered the hello, and tells it once", async () => {
  // spec: T-2 T-3
  fake.answer(() => []);
  const page = await visit();
  await until("hello");
  await page.evaluate(() => history.pushState({}, "", "/second"));
  fake.send(welcome());
  await until("page");
  expect(said("page").map(({ url, view }) => [new URL(url).pathname, view])).toEqual([["/second", 2]]);
  expect(said("leave").map(({ view }) => view)).toEqual([1]);
  fake.cut();
  await until("hello", 2);
  expect(said("hello")[1]?.pages).toMatchObject([{ view: 2 }]);
  expect(said("page")).toHaveLength(1);
});

it("counts the views of each tab for itself, over reloads and in every consent mode", async () => {
  // spec: T-2 T-4
  for (const consent of ["full", "session"]) {
    fake.frames.length = 0;
    fake.html((text) => text.replace("data-site=", `data-consent="${consent}" data-site=`));
    greet();
    const where = await newContext();
    const tabs = [await visit("/", where), await visit("/", where)];
    const views = () =>
      fake.frames.flatMap(({ pages, tab, view, type }) => pages ?? (type === "page" ? [{ tab, view }] : []));
    const keys = () => new Set(views().map(({ tab, view }) => `${tab} ${view}`));
    await expect.poll(() => keys().size).toBe(2);
    for (const tab of tabs) await tab.reload();
    await expect.poll(() => keys().size).toBe(4);
    expect(new Set(views().map(({ view }) => view))).toEqual(new Set([1, 2]));
    await where.close();
  }
});

it("leaves no connection behind when the visitor goes, and says so", async () => {
  // spec: T-2 X-8
  greet();
  const page = await visit();
  await page.getByRole("button", { name: "Chat", exact: true }).waitFor();
  await page.goto("about:blank");
  await until("leave");
  await expect.poll(() => fake.open).toBe(0);
});

it("keeps the page in the back-forward cache, and counts the return as a view", async () => {
  // spec: T-2 X-8
  greet({ chat: chat("active", { last_seq: 1 }) }, message(1, "Hello Sam"));
  const page = await visit();
  await page.getByRole("log").getByText("Hello Sam").waitFor();
  await page.evaluate(() => {
    addEventListener("pageshow", ({ persisted }) => Object.assign(window, { persisted }));
  });
  await page.goto(`${fake.shop}/other`);
  await page.getByRole("log").getByText("Hello Sam").waitFor();
  await page.goBack({ waitUntil: "commit" });
  await until("hello", 3);
  expect(await page.evaluate(() => "persisted" in window && window.persisted)).toBe(true);
  const views = said("hello").map((frame) => frame.pages[0].view);
  expect(new Set(views).size).toBe(3);
  fake.send(message(2, "Still here"));
  await page.getByRole("log").getByText("Still here").waitFor();
  expect(said("hello")[2]?.chat).toEqual({ id: "c1", after: 1 });
});

it("runs what the page queued before it came, and tells the page what happens", async () => {
  // spec: N-3
  greet();
  fake.html((text) => text.replace('data-site="site_test"', ""));
  const page = await context.newPage();
  await page.addInitScript(() => {
    const calls: unknown[] = [];
    const stub = Object.assign((...call: unknown[]) => calls.push(call), { q: calls });
    Object.assign(window, { beckon: stub, told: [] });
    stub("boot", { site: "site_other" });
    stub("on", "open", () => (window as unknown as { told: string[] }).told.push("open"));
    stub("open");
  });
  await page.goto(fake.shop);
  await until("open_chat");
  expect(said("hello")[0]?.site).toBe("site_other");
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { told: string[] }).told))
    .toEqual(["open"]);
});

it("tells the page of the offer, the window, the chat, and who the visitor is, in that order", async () => {
  // spec: N-3
  fake.answer((frame) => {
    switch (frame.type) {
      case "hello":
        return [welcome({ offer })];
      case "accept":
        return [
          { type: "settled", presentation: "p1", outcome: "accepted" },
          { type: "chat", chat: chat("active") },
        ];
      case "identify":
        return [{ type: "identified", signed: false }];
      default:
        return [];
    }
  });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const calls: unknown[] = [];
    const told: unknown[] = [];
    const stub = Object.assign((...call: unknown[]) => calls.push(call), { q: calls });
    Object.assign(window, { beckon: stub, told });
    for (const name of ["offer", "open", "close", "chat", "identify"])
      stub("on", name, (detail: unknown) => told.push([name, detail]));
  });
  await page.goto(fake.shop);
  const told = () => page.evaluate(() => (window as unknown as { told: unknown[] }).told);
  await expect.poll(told).toEqual([["offer", { id: "p1" }]]);
  await call(page, "open");
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  await call(page, "close");
  await call(page, "identify", { customer_ref: "C-1" });
  const all = [
    ["offer", { id: "p1" }],
    ["open", {}],
    ["chat", { state: "active" }],
    ["close", {}],
    ["identify", { type: "identified", signed: false }],
  ];
  await expect.poll(told).toEqual(all);
});
