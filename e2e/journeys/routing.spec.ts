/** Who is rung, and what happens when nobody answers at once. */
import { Agent } from "../support/agent.ts";
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

// spec
test("a chat that nobody answers goes on, and the silent agent is set away", async ({ visitor, agent }) => {
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.click({ timeout: 20_000 });
  await visitor.fillForm("Kari");
  await expect(agent.ringing).toBeVisible();
  await expect(agent.ringing).toBeHidden({ timeout: 25_000 });
  await expect(agent.page.getByRole("button", { name: /^Status: Away/ })).toBeVisible();
  await expect(agent.page.getByText("Missed a chat", { exact: true })).toBeVisible();
  await expect(agent.page).toHaveTitle(/^\(1\)/);
  await expect(visitor.widget.getByRole("heading", { name: /You are (in the queue|next)/ })).toBeVisible();
  await agent.ready();
  await agent.answer();
});
