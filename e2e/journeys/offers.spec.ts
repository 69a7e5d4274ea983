/** When an offer comes, when it does not, and what becomes of it. */
import type { Browser, Page } from "@playwright/test";
import { Agent } from "../support/agent.ts";
import type { Demo } from "../support/demo.ts";
import { expect, test } from "../support/journey.ts";
import { Visitor } from "../support/visitor.ts";

interface Site {
  id: string;
  settings: Record<string, unknown>;
}

interface Presentation {
  outcome: string | null;
  accepted_late_at: number | null;
}

/** Changes settings of the demo's site as an administrator would. */
async function setSettings(browser: Browser, demo: Demo, change: Record<string, unknown>): Promise<void> {
  const context = await browser.newContext({ baseURL: demo.console });
  const admin = new Agent(await context.newPage(), demo.console);
  await admin.signIn(demo.account("admin"));
  const site = (await admin.read<{ items: Site[] }>("/sites")).items[0];
  if (!site) throw new Error("the demo has a site");
  const answer = await admin.page.request.patch(`${demo.console}/api/v1/sites/${site.id}`, {
    data: { settings: { ...site.settings, ...change } },
    headers: { origin: demo.console },
  });
  expect(answer.status()).toBe(200);
  await context.close();
}

async function presentations(agent: Agent): Promise<Presentation[]> {
  const visit = (await agent.read<{ items: { id: string }[] }>("/visits")).items[0];
  if (!visit) throw new Error("a visitor is on the site");
  return (await agent.read<{ presentations: Presentation[] }>(`/visits/${visit.id}`)).presentations;
}

async function setAway(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Status:/ }).click();
  await page.getByRole("menuitem", { name: /^Away/ }).click();
  await expect(page.getByRole("button", { name: /^Status: Away/ })).toBeVisible();
}

// spec: O-1, O-11, O-14
test("no agent, no offer; and an open one is taken back when the last agent goes", async ({
  visitor,
  agent,
}) => {
  await setAway(agent.page);
  await visitor.page.goto("/product/oslo-chair");
  await visitor.page.waitForTimeout(13_000);
  await expect(visitor.accept).toBeHidden();
  expect(await presentations(agent)).toEqual([]);

  // The rule has qualified; nothing but the gate held it back, and nothing was used up.
  await agent.ready();
  await expect(visitor.accept).toBeVisible({ timeout: 3_000 });
  await setAway(agent.page);
  await expect(visitor.accept).toBeHidden();
  await expect
    .poll(async () => (await presentations(agent)).map(({ outcome }) => outcome))
    .toEqual(["withdrawn"]);
});

// spec
test("the third look at the prices brings the offer, also on the page after it", async ({
  visitor,
  agent,
}) => {
  await setAway(agent.page);
  for (let view = 1; view <= 3; view++) {
    await visitor.page.goto("/prices");
    await expect(visitor.launcher).toBeVisible();
    await visitor.page.waitForTimeout(800);
    if (view < 3) await expect(visitor.accept).toBeHidden();
  }
  await visitor.page.goto("/category/chairs");
  await agent.ready();
  await expect(visitor.widget.getByRole("heading", { name: "Comparing prices?" })).toBeVisible();
});

// spec: P-2
test("after No the window stays minimised on every page and in new tabs, until it is maximised", async ({
  visitor,
  agent: _,
}) => {
  const maximise = (who: Visitor) => who.widget.getByRole("button", { name: "Maximise" });
  await visitor.page.goto("/product/oslo-chair");
  await visitor.reject.click({ timeout: 20_000 });
  await expect(visitor.accept).toBeHidden();
  await expect(maximise(visitor)).toBeVisible();
  await visitor.page.goto("/prices");
  await expect(maximise(visitor)).toBeVisible();
  const other = new Visitor(await visitor.page.context().newPage());
  await other.page.goto("/");
  await expect(maximise(other)).toBeVisible();
  await expect(other.accept).toBeHidden();
  await maximise(other).click();
  await expect(other.accept).toBeVisible();
});

// spec: O-7, R-7
test("an ignored offer folds into the launcher and can still be accepted, late", async ({
  browser,
  demo,
  visitor,
  agent,
}) => {
  await setSettings(browser, demo, { ignored_after_s: 10 });
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.waitFor({ timeout: 20_000 });
  await expect(visitor.accept).toBeHidden({ timeout: 12_000 });
  await expect
    .poll(async () => (await presentations(agent)).map(({ outcome }) => outcome))
    .toEqual(["ignored"]);
  await visitor.launcher.click();
  if (await visitor.accept.isVisible()) await visitor.accept.click();
  await visitor.fillForm("Kari");
  await expect(agent.ringing).toBeVisible();
  const [presentation] = await presentations(agent);
  expect(presentation?.outcome).toBe("ignored");
  expect(presentation?.accepted_late_at).not.toBeNull();
});

// spec: T-6, R-4
test("without WebSocket everything works by polling", async ({
  browser,
  demo,
  visitor,
  agent,
  expectedErrors,
}) => {
  expectedErrors.push(/WebSocket/);
  await setSettings(browser, demo, { poll_interval_s: 2 });
  await visitor.page.addInitScript(() => {
    window.WebSocket = class extends EventTarget {
      onclose: ((event: CloseEvent) => void) | null = null;
      constructor() {
        super();
        setTimeout(() => this.onclose?.(new CloseEvent("close", { code: 1006 })), 10);
      }
      close() {}
      send() {}
    } as unknown as typeof WebSocket;
  });
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.click({ timeout: 30_000 });
  await visitor.fillForm("Kari");
  await agent.answer();
  await agent.say("Good morning.");
  await visitor.sees("Good morning.");
  await visitor.say("one");
  await visitor.say("two");
  await agent.sees("two");
  expect((await agent.log.innerText()).match(/^(one|two)$/gm)).toEqual(["one", "two"]);
});

// spec
test("what either side writes is text, never markup", async ({ visitor, agent }) => {
  const hostile = `<img src=x onerror="document.title='run'"><b>bold</b> javascript:alert(1) https://halden.example/a`;
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.click({ timeout: 20_000 });
  await visitor.fillForm("<i>Kari</i>");
  await agent.answer();
  await visitor.say(hostile);
  await expect(agent.log.getByText("<b>bold</b>")).toBeVisible();
  await agent.say(hostile);
  await expect(visitor.log.getByText("<b>bold</b>").last()).toBeVisible();
  for (const log of [agent.log, visitor.log]) {
    await expect(log.locator("img, b, i:not([class])")).toHaveCount(0);
    const links = await log.getByRole("link").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    expect(new Set(links)).toEqual(new Set(["https://halden.example/a"]));
  }
  await expect(agent.page).not.toHaveTitle("run");
  await expect(visitor.page).not.toHaveTitle("run");
});
