/** Accessibility, as far as a machine can see it, in console and widget, light and dark. */
import type { Locator, Page } from "@playwright/test";
import { check, checkAsItIs } from "../support/access.ts";
import { addCannedReply, changeQueue, listAdminPages } from "../support/admin.ts";
import { Agent } from "../support/agent.ts";
import { chat, expect, test } from "../support/journey.ts";
import { type Look, listScenes, openPreview, showScene } from "../support/preview.ts";

interface Between {
  /** Frames of the visitor of these types are refused as the server would. */
  refused: Set<string>;
  /** What a refusal waits for. */
  until: Promise<void>;
}

async function standBetween(page: Page): Promise<Between> {
  const between: Between = { refused: new Set(), until: Promise.resolve() };
  await page.routeWebSocket(/\/live\/visitor/, (browser) => {
    const server = browser.connectToServer();
    browser.onMessage(async (text) => {
      const { type, id } = JSON.parse(String(text)) as { type: string; id?: string };
      if (!between.refused.has(type)) return server.send(text);
      await between.until;
      const code = type === "say" ? "too_many" : "not_found";
      browser.send(JSON.stringify({ type: "refused", id, code, detail: "" }));
    });
  });
  return between;
}

/** What the widget shows for a while only stays while it is looked at: no time goes by on its page. */
async function checkPassing(page: Page, where: string, act: () => Promise<void>, shown: Locator) {
  await page.clock.setFixedTime(Date.now());
  await act();
  await expect(shown, where).toBeAttached();
  await check(page, where);
  await expect(shown, `${where}, after the look`).toBeAttached();
  await page.clock.setSystemTime(Date.now());
}

// spec: N-5
test("the widget in each of its states", async ({ browser, demo, visitor, agent }) => {
  test.setTimeout(240_000);
  await changeQueue(browser, demo, { routing: { ring_time_s: 120 } });
  const between = await standBetween(visitor.page);
  await visitor.page.goto("/product/oslo-chair");
  await expect(visitor.launcher).toBeVisible();
  await check(visitor.page, "launcher");
  await visitor.accept.waitFor({ timeout: 20_000 });
  await check(visitor.page, "offer");
  await visitor.accept.click();
  await expect(visitor.send).toBeVisible();
  await check(visitor.page, "form");
  await visitor.fillForm("Kari");
  await expect(agent.ringing).toBeVisible();
  await expect(visitor.widget.getByRole("heading", { name: "You are next" })).toBeVisible();
  await check(visitor.page, "queue");
  await agent.answer();
  await agent.say("Good morning.");
  await visitor.sees("Good morning.");
  await visitor.say("Is the oak oiled?");
  await agent.sees("Is the oak oiled?");
  await check(visitor.page, "chat");
  const typing = visitor.log.getByText(/ is typing$/);
  await checkPassing(visitor.page, "typing", () => agent.composer.fill("It is"), typing);
  await agent.composer.fill("");
  between.refused.add("say");
  await visitor.say("And the ash?");
  await expect(visitor.log.getByText("Not sent")).toBeVisible();
  await check(visitor.page, "message not sent");
  await check(agent.page, "conversation");
  await agent.page.getByRole("button", { name: "End chat" }).click();
  const question = agent.page.getByRole("dialog").getByRole("button", { name: "End chat" });
  await expect(question).toBeVisible();
  await check(agent.page, "end of the chat");
  await question.click();
  await expect(visitor.composer).toBeHidden();
  await check(visitor.page, "ended");
  // Where another offer has come meanwhile, a new chat is asked for by accepting it.
  between.refused.add("open_chat").add("accept");
  let refuse = () => {};
  between.until = new Promise((resolve) => {
    refuse = resolve;
  });
  const again = visitor.widget.getByRole("button", { name: "Start a new chat" });
  const asking = visitor.widget.getByRole("heading", { name: "One moment, please" });
  await checkPassing(visitor.page, "asking", () => again.click(), asking);
  refuse();
  await expect(visitor.widget.getByRole("heading", { name: "The chat could not be started" })).toBeVisible();
  await check(visitor.page, "failed");
  await agent.page.getByRole("button", { name: "Close", exact: true }).click();
  await agent.page.goto("/history");
  await agent.page.getByRole("link", { name: /Kari/ }).click();
  await expect(agent.log.getByText("Is the oak oiled?")).toBeVisible();
  await check(agent.page, "history");
});

const looks: Record<string, Look & { width: number }> = {
  "left to right, light": { width: 1280, language: "en", right_to_left: false, dark: false },
  "right to left, dark": { width: 1280, language: "ar", right_to_left: true, dark: true },
  "phone, light": { width: 390, language: "en", right_to_left: false, dark: false },
};

/** What is done in a state, and leads to what no state begins with. */
const further: [string, string, (page: Page) => Promise<void>][] = [
  ["conversation", "end confirmation", (page) => page.locator("header .tool").last().click()],
  ["queue", "leave confirmation", (page) => page.locator("footer button").click()],
  ["conversation", "emoji", (page) => page.locator(".composer [aria-expanded]").click()],
  ["survey", "rating", (page) => page.locator(".scale label").nth(3).click()],
  [
    "transcript",
    "wrong address",
    async (page) => {
      await page.locator("#transcript-email").fill("kari@");
      await page.locator(".mail button").click();
      await expect(page.locator("#transcript-error")).toBeVisible();
    },
  ],
  ["conversation", "file under way", (page) => sendFile(page, null)],
  ["conversation", "lost file", (page) => sendFile(page, "")],
  ["conversation", "refused file", (page) => sendFile(page, "file_kind")],
];

/** The server says nothing, or refuses the file with this code. */
async function sendFile(page: Page, code: string | null): Promise<void> {
  await page.unrouteAll();
  await page.route("**/live/visitor/files?*", (route) =>
    code === null ? undefined : route.fulfill({ status: 415, json: { code } }),
  );
  const file = { name: "chair.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") };
  await page.locator(".composer input[type=file]").setInputFiles(file);
  await expect(page.locator(code === null ? ".waiting progress" : ".line.failed")).toBeVisible();
}

// spec: N-5 Q-11
test("the widget in every state of its preview, in both directions and on a phone", async ({
  browser,
  demo,
}) => {
  test.setTimeout(480_000);
  const page = await openPreview(browser, demo);
  const scenes = await listScenes();
  expect(scenes.length).toBeGreaterThan(20);
  for (const [name, { width, ...look }] of Object.entries(looks)) {
    await page.setViewportSize({ width, height: 844 });
    for (const scene of scenes) {
      await showScene(page, scene, look);
      await checkAsItIs(page, `${scene}, ${name}`);
    }
    for (const [scene, state, act] of further) {
      await showScene(page, scene, look);
      await act(page);
      await checkAsItIs(page, `${state}, ${name}`);
    }
  }
  await page.context().close();
});

async function checkPage({ page }: Agent, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 }), path).toBeAttached();
  await expect(page.getByRole("status", { name: "Loading" }), path).toHaveCount(0);
  await check(page, path);
}

/** What the console shows while nobody is signed in. */
async function checkEntrance({ page }: Agent): Promise<void> {
  await page.goto("/");
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await check(page, "sign in");
  const setup = "**/api/v1/setup";
  await page.route(setup, (route) => route.fulfill({ json: { first_start: true } }));
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Welcome to Beckon" })).toBeVisible();
  await check(page, "first start");
  await page.unroute(setup);
}

// spec: N-5
test("the pages of the console", async ({ browser, demo, visitor, agent }) => {
  test.setTimeout(720_000);
  await agent.page.goto("/chats");
  await expect(agent.page.getByText("No chats at the moment")).toBeVisible();
  await check(agent.page, "no chats");
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  const admin = new Agent(await context.newPage(), demo.console);
  await checkEntrance(admin);
  await admin.signIn(demo.account("admin"));
  const texts = { en: "It comes in two weeks." };
  const reply = await addCannedReply(admin, { shortcut: "delivery", title: "Delivery", texts });

  await chat(visitor, agent);
  await agent.page.goto("/visitors");
  await expect(agent.page.getByRole("button", { name: /^Open the visit of/ })).toBeVisible();
  await check(agent.page, "visitors");
  await admin.page.goto("/wallboard");
  await expect(admin.page.getByRole("heading", { name: "Queues" })).toBeVisible();
  await expect(admin.page.getByRole("cell", { name: /Kari/ })).toBeVisible();
  await check(admin.page, "wallboard");
  const canned = ["/canned-replies", "/canned-replies/new", `/canned-replies/${reply}`];
  for (const path of ["/history", "/enquiries", "/customers", "/customers/new", ...canned])
    await checkPage(agent, path);

  const paths = await listAdminPages(admin);
  const further = ["/customers/fields", `/admin/canned-replies/${reply}`, "/nowhere", "/admin/nowhere"];
  for (const path of [...paths, ...further]) await checkPage(admin, path);
  await admin.page.goto("/admin/users/none");
  await expect(admin.page.getByRole("heading", { name: "Not found" })).toBeVisible();
  await check(admin.page, "a user who is not there");
  await context.close();
});
