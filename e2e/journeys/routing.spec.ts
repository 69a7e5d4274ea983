/** Who is rung, and what happens when nobody answers at once. */
import { check } from "../support/access.ts";
import { Agent } from "../support/agent.ts";
import { heard, icon, notes, setElsewhere, standInForAttention } from "../support/attention.ts";
import { expect, test } from "../support/journey.ts";

// spec
test("a declined chat rings at the next agent, who alone gets it", async ({
  browser,
  demo,
  visitor,
  agent,
}) => {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  const bob = new Agent(await context.newPage(), demo.console);
  await bob.signIn(demo.account("bob"));
  await bob.ready();

  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.click({ timeout: 20_000 });
  await visitor.fillForm("Kari");
  await expect
    .poll(async () => (await agent.ringing.isVisible()) || (await bob.ringing.isVisible()))
    .toBe(true);
  const [first, second] = (await agent.ringing.isVisible()) ? [agent, bob] : [bob, agent];
  await expect(second.ringing).toBeHidden();
  await first.page.getByRole("button", { name: /^Decline the chat with/ }).click();
  await expect(first.ringing).toBeHidden();
  await second.answer();
  await second.say("Good morning.");
  await visitor.sees("Good morning.");
  await expect(first.page.getByRole("textbox", { name: "Message" })).toBeHidden();
  await context.close();
});

// spec: P-5, A-1, Q-4, X-3
test("a ring is heard and seen on every page; unanswered it goes on, and who declines it can still take it", async ({
  visitor,
  agent,
}) => {
  const { page } = agent;
  await standInForAttention(page);
  // A browser lets a page make sounds once somebody has done something there.
  await page.getByRole("link", { name: "Customers" }).click();
  const plain = await icon(page);
  await setElsewhere(page, true);
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.click({ timeout: 20_000 });
  await visitor.fillForm("Kari");
  const dock = page.getByRole("complementary", { name: "Ringing now" });
  await expect(dock.getByRole("button", { name: "Accept the chat with Kari" })).toBeVisible();
  await expect(dock).toContainText("Product advice");
  await expect(page).toHaveTitle("(1) Customers · Beckon");
  expect(await icon(page)).toContain(">1</text>");
  expect(await notes(page)).toEqual([{ title: "A visitor is waiting", body: "Kari", stays: false }]);
  await check(page, "dock");
  await expect.poll(() => heard(page, "ring"), "it rings again and again").toBeGreaterThan(1);

  await expect(agent.ringing).toBeHidden({ timeout: 25_000 });
  await expect(page.getByRole("button", { name: /^Status: Away/ })).toBeVisible();
  await expect(page.getByText("Missed a chat", { exact: true })).toBeVisible();
  await expect(page).toHaveTitle(/^\(1\)/);
  await expect(visitor.widget.getByRole("heading", { name: /You are (in the queue|next)/ })).toBeVisible();
  await agent.ready();
  await expect(dock).toContainText("Kari");
  await page.keyboard.press("Alt+x");
  await expect(dock).toBeHidden();
  await expect(page).toHaveTitle("Customers · Beckon");
  expect(await icon(page)).toBe(plain);
  await page.getByRole("link", { name: "Chats" }).click();
  await page.getByRole("link", { name: /Kari/ }).click();
  await expect(page.getByText("This visitor waits in the queue for the next agent.")).toBeVisible();
  await page.getByRole("button", { name: "Take chat" }).click();
  await agent.say("Good morning, Kari.");
  await visitor.sees("Good morning, Kari.");
});
