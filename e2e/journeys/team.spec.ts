/** What agents and supervisors do to each other: set away and ready, one chat for two of them, a call that is taken back. */
import { another, chat, expect, test } from "../support/journey.ts";

// spec: A-3
test("a supervisor sets an agent away and ready again, who sees it", async ({
  browser,
  demo,
  errors,
  agent,
}) => {
  const sue = await another(browser, demo, "sue", errors);
  await sue.page.getByRole("link", { name: "Wallboard" }).click();
  const row = sue.page.getByRole("row", { name: /Alice Berg/ });
  const set = async (item: string) => {
    await sue.page.getByRole("button", { name: "Set the state of Alice Berg" }).click();
    await sue.page.getByRole("menuitem", { name: item }).click();
  };
  await expect(row).toContainText("Ready");
  await set("Set away");
  await expect(sue.page.getByText("Alice Berg is set away.")).toBeVisible();
  await expect(row).toContainText("Away");
  await expect(agent.page.getByRole("button", { name: /^Status: Away/ })).toBeVisible();
  await set("Set ready");
  await expect(agent.page.getByRole("button", { name: /^Status: Ready/ })).toBeVisible();
  await expect(row).toContainText("Ready");
});

// spec: A-3 Q-9
test("a supervisor sees on the wallboard whose slots are in use, and from there opens a chat to watch it", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  const sue = await another(browser, demo, "sue", errors);
  await sue.page.getByRole("link", { name: "Wallboard" }).click();
  const agents = sue.page.getByRole("region", { name: "Agents", exact: true });
  const slots = agents
    .getByRole("row", { name: /Alice Berg/ })
    .getByRole("cell")
    .nth(2);
  await expect(slots).toHaveText("0 / 3");
  await chat(visitor, agent);
  // Agents are asked for again every fifteen seconds.
  await expect(slots).toHaveText("1 / 3", { timeout: 30_000 });

  const row = sue.page
    .getByRole("region", { name: "Chats under way" })
    .getByRole("row")
    .filter({ has: sue.page.getByRole("link", { name: "Kari", exact: true }) });
  await expect(row).toContainText("Alice Berg");
  await expect(row).toContainText("Active");
  await row.getByRole("link", { name: "Kari", exact: true }).click();
  await expect(sue.page.getByText("This chat is with Alice Berg.")).toBeVisible();
  await sue.page.getByRole("button", { name: "Watch", exact: true }).click();
  await expect(sue.page.getByText(/You are watching/)).toBeVisible();
  await sue.sees("Hello, how can I help?");
  await visitor.say("Is the oak oiled?");
  await sue.sees("Is the oak oiled?");
  await expect(visitor.log.getByText(/Sue Dahl/)).toHaveCount(0);
});

// spec: X-2 Q-4
test("of two agents who take a waiting chat at once one has it, and the other is told who", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  const bob = await another(browser, demo, "bob", errors);
  // What the server tells of the chat comes late to this console; answers come at once.
  let late = false;
  const waiting: (() => void)[] = [];
  await bob.page.routeWebSocket(/\/live\/agent/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      const is_of_chats = /"type":"(chat|message)"/.test(message.toString());
      if (late && is_of_chats) waiting.push(() => socket.send(message));
      else socket.send(message);
    });
  });
  await bob.page.reload();
  await bob.ready();
  await visitor.ask("Kari", "/product/oslo-chair");
  const rings = async () => [await agent.ringing.isVisible(), await bob.ringing.isVisible()];
  await expect.poll(rings).toContain(true);
  const order = (await agent.ringing.isVisible()) ? [agent, bob] : [bob, agent];
  for (const { page, ringing } of order) {
    await page.getByRole("button", { name: /^Decline the chat with/ }).click();
    await expect(ringing).toBeHidden();
  }
  for (const { page } of order) {
    await page.getByRole("link", { name: /Kari/ }).click();
    await expect(page.getByRole("button", { name: "Take chat" })).toBeVisible();
  }
  late = true;
  await agent.page.getByRole("button", { name: "Take chat" }).click();
  await expect(agent.composer).toBeVisible();
  await bob.page.getByRole("button", { name: "Take chat" }).click();
  await expect(bob.page.getByText("Alice Berg has this chat.")).toBeVisible();
  late = false;
  for (const pass of waiting) pass();
  await expect(bob.page.getByRole("button", { name: "Take chat" })).toBeHidden();
  await expect(bob.composer).toBeHidden();
  await agent.say("Good morning.");
  await visitor.sees("Good morning.");
});

// spec: Q-9
test("an agent who was asked in is no longer rung for once that is taken back, and the visitor hears nothing of it", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  await chat(visitor, agent);
  const bob = await another(browser, demo, "bob", errors);
  await bob.ready();
  const { page } = agent;
  await page.getByRole("button", { name: "Invite another agent" }).click();
  const invite = page.getByRole("dialog", { name: "Invite an agent to the chat with Kari" });
  await invite.getByRole("radio", { name: /Bob Lund/ }).check();
  await invite.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(bob.ringing).toBeVisible();
  const back = page.getByRole("button", { name: "Take back" });
  await back.click();
  await expect(bob.ringing).toBeHidden();
  await expect(back).toBeHidden();
  await agent.say("One moment.");
  await visitor.sees("One moment.");
  await expect(visitor.log.getByText(/Bob Lund/)).toHaveCount(0);
  await expect(bob.composer).toBeHidden();
});
