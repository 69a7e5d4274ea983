/** Pictures of shop, widget, console and administration, at two widths and in two colour schemes. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { listAdminPages } from "../support/admin.ts";
import { Agent } from "../support/agent.ts";
import { test } from "../support/journey.ts";
import type { Visitor } from "../support/visitor.ts";

const folder = process.env.BECKON_SHOTS ?? "results/shots";
const looks = [
  { name: "desktop-light", width: 1280, height: 800, colorScheme: "light" },
  { name: "desktop-dark", width: 1280, height: 800, colorScheme: "dark" },
  { name: "phone-light", width: 390, height: 844, colorScheme: "light" },
  { name: "phone-dark", width: 390, height: 844, colorScheme: "dark" },
] as const;

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

test("console and administration", async ({ browser, demo }) => {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  const admin = new Agent(await context.newPage(), demo.console);
  await admin.signIn(demo.account("admin"));
  const names = [
    "sites",
    "site-new",
    "site",
    "tracking",
    "offers",
    "offer-new",
    "offer",
    "rules",
    "rule-new",
    "rule",
    "rule-test",
  ];
  names.push("queues", "queue-new", "queue", "queue-styling", "users", "user-new", "user");
  names.push("canned-replies", "canned-reply-new", "workspace");
  for (const [index, path] of (await listAdminPages(admin)).entries()) {
    await admin.page.goto(path);
    await admin.page.waitForTimeout(1_200);
    await shoot(admin.page, `admin-${names[index]}`);
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
