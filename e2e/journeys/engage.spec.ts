/** Proactive without invite: an agent is alerted and writes first. */
import { changeRule } from "../support/admin.ts";
import { expect, test } from "../support/journey.ts";

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
  await expect(visitor.accept).toBeHidden();
  await agent.answer();
  await agent.say("Good morning. May I help?");
  await visitor.sees("Good morning. May I help?");
  await visitor.say("Yes, please.");
  await agent.sees("Yes, please.");
  await visitor.end();
  await expect(agent.page.getByText("The visitor ended the chat").first()).toBeVisible();
});
