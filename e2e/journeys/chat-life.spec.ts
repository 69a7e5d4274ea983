/** A chat that changes hands: two agents, a supervisor and a visitor, each in a browser of their own; and what comes after its end. */
import { another, chat, expect, test } from "../support/journey.ts";
import { Visitor } from "../support/visitor.ts";

// spec: Q-7 Q-9 X-2
test("a chat is transferred with a note, and nothing of the note reaches the visitor", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  await chat(visitor, agent);
  const bob = await another(browser, demo, "bob", errors);
  await bob.ready();
  await agent.page.getByRole("button", { name: "Transfer the chat" }).click();
  const dialog = agent.page.getByRole("dialog");
  await dialog.getByRole("radio", { name: /Bob Lund/ }).check();
  await dialog.getByRole("textbox", { name: /Note/ }).fill("Wants a discount");
  await dialog.getByRole("button", { name: "Transfer", exact: true }).click();
  await expect(agent.page.getByText(/Offered to Bob Lund/).first()).toBeVisible();

  await expect(bob.ringing).toBeVisible();
  await bob.answer();
  // It is told for a while only.
  await expect(agent.page.getByText(/Bob Lund has the chat with Kari now/)).toBeVisible();
  await bob.sees("Wants a discount");
  await bob.sees("Hello, how can I help?");
  await bob.say("I can give you ten percent.");
  await visitor.sees("I can give you ten percent.");
  await expect(visitor.log.getByText("Bob Lund looks after you now.")).toBeVisible();
  await expect(visitor.log.getByText("Wants a discount")).toHaveCount(0);
  await expect(agent.composer).toBeHidden();

  await visitor.page.reload();
  await visitor.sees("I can give you ten percent.");
  await expect(visitor.widget.getByText("Wants a discount")).toHaveCount(0);
});

// spec: Q-9 X-6
test("a supervisor watches unseen, whispers, joins and takes the chat over", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  await chat(visitor, agent);
  const sue = await another(browser, demo, "sue", errors);
  await sue.page.getByRole("link", { name: /Kari/ }).first().click();
  await sue.page.getByRole("button", { name: "Watch", exact: true }).click();
  await expect(sue.page.getByText(/You are watching/)).toBeVisible();
  await sue.sees("Hello, how can I help?");
  const note = sue.page.getByRole("textbox", { name: "Note to the team" });
  await note.fill("Offer the oiled one");
  await note.press("Enter");
  await agent.sees("Offer the oiled one");
  await expect(agent.log.getByText("Only your team sees this").first()).toBeVisible();

  await agent.composer.fill("I was about to say");
  await sue.page.getByRole("button", { name: "Join", exact: true }).click();
  await expect(visitor.log.getByText("Sue Dahl has joined the chat.")).toBeVisible();
  await sue.page.getByRole("button", { name: "Take over" }).click();
  await sue.page.getByRole("dialog").getByRole("button", { name: "Take over" }).click();
  await expect(visitor.log.getByText("Sue Dahl looks after you now.")).toBeVisible();
  await sue.say("Good morning, I go on from here.");
  await visitor.sees("Good morning, I go on from here.");
  await expect(agent.page.getByText("I was about to say")).toBeVisible();
  await expect(visitor.widget.getByText("Offer the oiled one")).toHaveCount(0);
});

// spec: P-7 Q-10
test("after the end the visitor rates the chat and the agent notes what it came to", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  const admin = await another(browser, demo, "admin", errors);
  const { items: sites } = await admin.read<{ items: { id: string }[] }>("/sites");
  const path = `/sites/${sites[0]?.id}/queues`;
  const { items: queues } = await admin.read<{ items: { id: string; plan: object }[] }>(path);
  const queue = queues[0];
  const conduct = { survey: "rating", dispositions: ["Sold", "Advice only"], disposition_required: true };
  const changed = await admin.page.request.patch(`${demo.console}/api/v1/queues/${queue?.id}`, {
    data: { plan: { ...queue?.plan, conduct } },
  });
  expect(changed.status()).toBe(200);

  await chat(visitor, agent);
  await visitor.end();
  await expect(visitor.widget.getByText("You have ended the chat.")).toBeVisible();
  await visitor.widget.getByRole("radio", { name: "4 of 5" }).check({ force: true });
  await visitor.widget.getByRole("textbox", { name: /Anything to add/ }).fill("Quick and kind");
  await visitor.widget.getByRole("button", { name: "Send rating" }).click();
  await expect(visitor.widget.getByText("Thank you for your answer.")).toBeVisible();

  await expect(agent.page.getByText("Quick and kind")).toBeVisible();
  const close = agent.page.getByRole("button", { name: "Close", exact: true });
  await expect(close).toBeDisabled();
  await agent.page
    .getByRole("combobox", { name: /Came to/ })
    .or(agent.page.getByRole("textbox", { name: /Came to/ }))
    .click();
  await agent.page.getByRole("option", { name: "Sold" }).click();
  await close.click();
  await expect(agent.page.getByText("No chats at the moment")).toBeVisible();
});

// spec: P-7
test("when the agent ends the chat the visitor sees it, in every tab, and can ask again", async ({
  visitor,
  agent,
}) => {
  await chat(visitor, agent);
  const other = new Visitor(await visitor.page.context().newPage());
  await other.page.goto("/prices");
  await other.sees("Hello, how can I help?");
  await agent.page.getByRole("button", { name: "End chat" }).click();
  await agent.page.getByRole("dialog").getByRole("button", { name: "End chat" }).click();
  for (const tab of [visitor, other]) {
    await expect(tab.widget.getByText(/ has ended the chat\.$/)).toBeVisible();
    await expect(tab.composer).toBeHidden();
    await tab.sees("Hello, how can I help?");
  }
});
