/** Proactive without invite: an agent is alerted and writes first. */
import { Agent } from "../support/agent.ts";
import { expect, test } from "../support/journey.ts";

interface Rule {
  id: string;
  name: string;
  plan: Record<string, unknown>;
}

// spec: P-8, P-9
test("an agent is alerted, writes, and the window opens with the message", async ({
  browser,
  demo,
  visitor,
  agent,
}) => {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  const admin = new Agent(await context.newPage(), demo.console);
  await admin.signIn(demo.account("admin"));
  const site = (await admin.read<{ items: { id: string }[] }>("/sites")).items[0]?.id;
  const rules = (await admin.read<{ items: Rule[] }>(`/sites/${site}/rules`)).items;
  const rule = rules.find(({ plan }) => plan.match_value === "/product/");
  const answer = await admin.page.request.patch(`${demo.console}/api/v1/rules/${rule?.id}`, {
    data: { plan: { ...rule?.plan, action: "engage_without_invite", offer_id: null } },
    headers: { origin: demo.console },
  });
  expect(answer.status()).toBe(200);
  await context.close();

  await visitor.page.goto("/product/oslo-chair");
  await expect(agent.ringing).toBeVisible({ timeout: 20_000 });
  await expect(visitor.accept).toBeHidden();
  await agent.answer();
  await agent.say("Good morning. May I help?");
  await visitor.sees("Good morning. May I help?");
  await visitor.say("Yes, please.");
  await agent.sees("Yes, please.");
});
