/** Proactive without invite: an agent is alerted and writes first. */
import { changeQueue, changeRule } from "../support/admin.ts";
import { Agent } from "../support/agent.ts";
import { expect, test, watch } from "../support/journey.ts";
import { openShadowRoots, Visitor } from "../support/visitor.ts";

/** A queue without any period is never open. */
const closed = { time_zone: "UTC", weekly: [], exceptions: [] };

// spec: P-8, P-9, P-10
test("an agent is alerted, writes, and the window opens with the message", async ({
  browser,
  demo,
  visitor,
  agent,
}) => {
  await changeRule(browser, demo, "/product/", [
    { change: { action: "engage_without_invite", offer_id: null } },
  ]);

  await visitor.page.goto("/product/oslo-chair");
  await expect(agent.ringing).toBeVisible({ timeout: 20_000 });
  const card = agent.page.getByRole("region", { name: /is waiting\. Accept or decline\.$/ });
  await expect(card).toContainText("Has not asked: you write first");
  await expect(card).toContainText("/product/oslo-chair");
  await visitor.page.goto("/product/voss-stool");
  await expect(card, "the page follows the visitor").toContainText("/product/voss-stool");
  await expect(visitor.accept).toBeHidden();
  await agent.answer();
  await agent.say("Good morning. May I help?");
  await visitor.sees("Good morning. May I help?");
  await visitor.say("Yes, please.");
  await agent.sees("Yes, please.");
  await visitor.end();
  await expect(agent.page.getByText("The visitor ended the chat").first()).toBeVisible();
});

// spec: P-8, P-9, P-10
test("the window opens at launch, says that someone is coming, and goes when the queue closes", async ({
  browser,
  demo,
  visitor,
  agent,
}) => {
  await changeQueue(browser, demo, { launch_window: "at_launch" });
  await changeRule(browser, demo, "/product/", [
    { change: { action: "engage_without_invite", offer_id: null } },
  ]);

  await visitor.page.goto("/product/oslo-chair");
  await visitor.page.getByRole("link").first().focus();
  const coming = visitor.widget.getByRole("heading", { name: "We are here for you" });
  await expect(coming).toBeVisible({ timeout: 20_000 });
  await expect(
    visitor.widget.getByText("Someone will be with you in a moment", { exact: false }),
  ).toBeVisible();
  await expect(visitor.page.getByRole("link").first(), "the window takes no focus").toBeFocused();
  await expect(agent.ringing).toBeVisible();
  await visitor.page.reload();
  await expect(coming, "it follows the visitor").toBeVisible();

  await agent.answer();
  await agent.say("Good morning. May I help?");
  await visitor.sees("Good morning. May I help?");
  await expect(coming).toBeHidden();
  await visitor.say("Yes, please.");
  await agent.sees("Yes, please.");
  await visitor.end();
  await expect(agent.page.getByText("The visitor ended the chat").first()).toBeVisible();

  // For another visitor nobody comes: the queue closes, and the window goes without a word.
  const context = await browser.newContext({ baseURL: demo.shop, locale: "en-GB" });
  await watch(context, []);
  await context.addInitScript(openShadowRoots);
  const other = new Visitor(await context.newPage());
  await other.page.goto("/product/oslo-chair");
  const there = other.widget.getByRole("heading", { name: "We are here for you" });
  await expect(there).toBeVisible({ timeout: 20_000 });
  await changeQueue(browser, demo, { launch_window: "at_launch", hours: closed });
  await expect(there).toBeHidden();
  await expect(other.widget.getByRole("dialog")).toBeHidden();
  await context.close();
});

// spec: P-10, Q-4
test("when the alerted agent does nothing the next one is alerted, and writes", async ({
  browser,
  demo,
  visitor,
  agent,
  errors,
}) => {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  const bob = new Agent(await context.newPage(), demo.console);
  await bob.signIn(demo.account("bob"));
  await bob.ready();
  await changeQueue(browser, demo, { routing: { ring_time_s: 10 } });
  await changeRule(browser, demo, "/product/", [
    { change: { action: "engage_without_invite", offer_id: null } },
  ]);

  await visitor.page.goto("/product/oslo-chair");
  const rings = async () => [await agent.ringing.isVisible(), await bob.ringing.isVisible()];
  await expect.poll(rings, { timeout: 20_000 }).toContain(true);
  const [silent, next] = (await agent.ringing.isVisible()) ? [agent, bob] : [bob, agent];
  await expect(next.ringing).toBeVisible({ timeout: 25_000 });
  await expect(silent.ringing).toBeHidden();
  await expect(silent.page.getByRole("button", { name: /^Status: Away/ })).toBeVisible();
  await expect(visitor.log, "the visitor knows nothing of it").toBeHidden();
  await next.answer();
  await next.say("Good morning. May I help?");
  await visitor.sees("Good morning. May I help?");
  await context.close();
});
