/** Accessibility, as far as a machine can see it, in console and widget, light and dark. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { listAdminPages } from "../support/admin.ts";
import { Agent } from "../support/agent.ts";
import { expect, test } from "../support/journey.ts";

const standard = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Everything on the page, in both colour schemes. */
async function check(page: Page, where: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await stillness(page);
    const axe = new AxeBuilder({ page });
    // The other scheme changes nothing but colours.
    const chosen = colorScheme === "light" ? axe.withTags(standard) : axe.withRules(["color-contrast"]);
    const { passes, violations } = await chosen.analyze();
    expect(passes.length, where).toBeGreaterThan(0);
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(
        (node) => `${where}, ${colorScheme}: ${id} at ${node.target.join(" ")}: ${node.failureSummary}`,
      ),
    );
    expect.soft(found).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** Until the page has drawn the scheme and nothing moves any more. */
async function stillness(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    await frame();
    await frame();
    const finite = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(finite.map(({ finished }) => finished));
  });
}

// spec: N-5
test("the widget in each of its states", async ({ visitor, agent }) => {
  test.setTimeout(240_000);
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
  await check(visitor.page, "queue");
  await agent.answer();
  await agent.say("Good morning.");
  await visitor.sees("Good morning.");
  await visitor.say("Is the oak oiled?");
  await agent.sees("Is the oak oiled?");
  await check(visitor.page, "chat");
  await check(agent.page, "conversation");
  await agent.page.getByRole("button", { name: "End chat" }).click();
  await agent.page.getByRole("dialog").getByRole("button", { name: "End chat" }).click();
  await expect(visitor.composer).toBeHidden();
  await check(visitor.page, "ended");
  await agent.page.getByRole("button", { name: "Close", exact: true }).click();
  await agent.page.goto("/history");
  await agent.page.getByRole("link", { name: /Kari/ }).click();
  await expect(agent.log.getByText("Is the oak oiled?")).toBeVisible();
  await check(agent.page, "history");
});

// spec: N-5
test("the pages of the console", async ({ browser, demo, agent }) => {
  test.setTimeout(480_000);
  await agent.page.goto("/chats");
  await check(agent.page, "chats");
  for (const area of ["visitors", "history", "enquiries", "customers"]) {
    await agent.page.goto(`/${area}`);
    await expect(agent.page.getByRole("heading", { level: 1 })).toBeAttached();
    await check(agent.page, area);
  }

  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  const admin = new Agent(await context.newPage(), demo.console);
  await admin.page.goto("/");
  await expect(admin.page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await check(admin.page, "sign in");
  await admin.signIn(demo.account("admin"));
  await admin.page.goto("/wallboard");
  await expect(admin.page.getByRole("heading", { name: "Queues" })).toBeVisible();
  await check(admin.page, "wallboard");
  for (const path of await listAdminPages(admin)) {
    await admin.page.goto(path);
    await expect(admin.page.getByRole("heading", { level: 1 }), path).toBeVisible();
    await check(admin.page, path);
  }
  await context.close();
});
