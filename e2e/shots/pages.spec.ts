/** Pictures of shop, widget, console and administration, at two widths and in two colour schemes. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { listAdminPages } from "../support/admin.ts";
import { Agent } from "../support/agent.ts";
import { another, chat, test } from "../support/journey.ts";
import type { Visitor } from "../support/visitor.ts";

const folder = process.env.BECKON_SHOTS ?? "results/shots";
const looks = [
  { name: "desktop-light", width: 1280, height: 800, colorScheme: "light" },
  { name: "desktop-dark", width: 1280, height: 800, colorScheme: "dark" },
  { name: "phone-light", width: 390, height: 844, colorScheme: "light" },
  { name: "phone-dark", width: 390, height: 844, colorScheme: "dark" },
] as const;

const overloaded = {
  type: "alternative",
  reason: "overloaded",
  alternative: { do: "message", text: "" },
  queue: "",
};

/** The same state in all looks, without loading the page again. */
async function shoot(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const before = page.viewportSize() ?? { width: 1280, height: 800 };
  for (const look of looks) {
    await page.setViewportSize({ width: look.width, height: look.height });
    await page.emulateMedia({ colorScheme: look.colorScheme });
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(folder, `${name}-${look.name}.png`) });
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: null });
}

/** A path without its ids, for the name of a file. */
function named(path: string): string {
  return path
    .replace("/admin/", "/")
    .replaceAll(/[0-9a-f-]{36}/g, "one")
    .replaceAll(/[/?=]/g, "-");
}

test("widget and conversation", async ({ visitor, agent }) => {
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.waitFor({ timeout: 20_000 });
  await shoot(visitor.page, "widget-1-offer");
  await visitor.accept.click();
  await visitor.send.waitFor();
  await shoot(visitor.page, "widget-2-form");
  await visitor.fillForm("Kari Nordmann");
  await agent.ringing.waitFor();
  await shoot(visitor.page, "widget-3-queue");
  await shoot(agent.page, "console-1-ringing");
  await agent.ringing.click();
  await agent.composer.waitFor();
  const talk: [Visitor | Agent, string][] = [
    [agent, "Good morning, Kari. You are looking at the Oslo chair: what would you like to know?"],
    [visitor, "Is the oak oiled or lacquered? We have two small children."],
    [agent, "Oiled. It takes a lot, and you can oil it again yourself: https://halden.example/care"],
    [visitor, "And how long does delivery take at the moment?"],
    [agent, "Three weeks. I can hold four from the next lot for you."],
  ];
  for (const [who, text] of talk) await who.say(text);
  await visitor.sees("Three weeks. I can hold four from the next lot for you.");
  await visitor.page.waitForTimeout(800);
  await shoot(visitor.page, "widget-4-chat");
  await shoot(agent.page, "console-2-conversation");
  await agent.page.goto("/visitors");
  await agent.page.waitForTimeout(1_500);
  await shoot(agent.page, "console-3-visitors");
  await agent.page.goto("/chats");
  await agent.page
    .getByRole("link", { name: /Kari/ })
    .first()
    .click()
    .catch(() => {});
  await agent.page.getByRole("button", { name: "End chat" }).click();
  await agent.page.getByRole("dialog").getByRole("button", { name: "End chat" }).click();
  await visitor.page.waitForTimeout(1_000);
  await shoot(visitor.page, "widget-5-ended");
  await shoot(agent.page, "console-4-ended");
});

test("a colleague who joins and leaves", async ({ browser, demo, errors, visitor, agent }) => {
  await chat(visitor, agent);
  const bob = await another(browser, demo, "bob", errors);
  await bob.ready();
  await agent.page.getByRole("button", { name: "Invite another agent" }).click();
  const invite = agent.page.getByRole("dialog");
  await invite.getByRole("radio", { name: /Bob Lund/ }).check();
  await invite.getByRole("button", { name: "Invite", exact: true }).click();
  await bob.answer();
  await bob.say("It is oak, oiled twice.");
  await visitor.sees("It is oak, oiled twice.");
  await bob.page.getByRole("button", { name: "Leave the chat" }).click();
  await visitor.log.getByText("Bob Lund has left the chat.").waitFor();
  await shoot(visitor.page, "widget-6-guest");
  await shoot(agent.page, "console-5-guest");
});

test("a server that takes no new chats", async ({ visitor }) => {
  // In the place of a server that is overloaded: its answer to whoever asks for a chat.
  await visitor.page.routeWebSocket("**/live/visitor", (browser) => {
    const server = browser.connectToServer();
    browser.onMessage((text) => {
      if (JSON.parse(String(text)).type === "open_chat") browser.send(JSON.stringify(overloaded));
      else server.send(text);
    });
  });
  await visitor.page.goto("/");
  await visitor.launcher.click();
  await visitor.widget.getByText(/We are very busy/).waitFor();
  await shoot(visitor.page, "widget-7-overloaded");
});

test("console and administration", async ({ browser, demo }) => {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  const admin = new Agent(await context.newPage(), demo.console);
  await admin.signIn(demo.account("admin"));
  for (const path of await listAdminPages(admin)) {
    await admin.page.goto(path);
    await admin.page.waitForTimeout(1_200);
    await shoot(admin.page, `admin${named(path)}`);
  }
});

test("sign-in and shop", async ({ visitor, demo }) => {
  await visitor.page.goto(`${demo.console}/`);
  await visitor.page.waitForTimeout(800);
  await shoot(visitor.page, "console-0-sign-in");
  for (const path of ["/", "/category/chairs", "/product/oslo-chair", "/prices", "/checkout", "/thank-you"]) {
    await visitor.page.goto(path);
    await visitor.page.waitForTimeout(800);
    await shoot(visitor.page, `shop${path === "/" ? "-home" : path.replaceAll("/", "-")}`);
  }
});
