/** What is written for the team and not sent yet: it reaches no visitor, wherever the agent goes meanwhile. */
import type { Page } from "@playwright/test";
import { another, anotherVisitor, chat, expect, test } from "../support/journey.ts";
import { MiniWindow } from "../support/mini.ts";

const noteOf = (page: Page) => page.getByRole("textbox", { name: "Note to the team" });
const tickOf = (page: Page) => page.getByRole("checkbox", { name: "Note to the team" });

// spec: Q-9 X-6 A-1
test("a note that is not sent stays one while the agent is in another chat, after a reload, and in the mini window", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  const { page } = agent;
  await chat(visitor, agent);
  const ola = await anotherVisitor(browser, demo, errors);
  await ola.ask("Ola");
  await agent.answer();
  const kari = page.getByRole("link", { name: /Kari/ });
  await kari.click();
  await tickOf(page).check();
  await noteOf(page).fill("Haggles");
  await page.getByRole("link", { name: /Ola/ }).click();
  await expect(agent.composer).toHaveValue("");
  await kari.click();
  await expect(noteOf(page)).toHaveValue("Haggles");
  await noteOf(page).press("Enter");
  await agent.sees("Haggles");
  await expect(agent.log.getByText("Only your team sees this")).toBeVisible();

  await noteOf(page).fill("Knows the price");
  await expect
    .poll(async () => (await agent.read<{ items: object[] }>("/drafts")).items)
    .toEqual([expect.objectContaining({ text: "Knows the price", audience: "staff" })]);
  await page.reload();
  await expect(noteOf(page)).toHaveValue("Knows the price");

  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("button", { name: "Options", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Pin mini window" }).click();
  await page.keyboard.press("Escape");
  const mini = new MiniWindow(page);
  await mini.show("Kari");
  await expect.poll(() => mini.field()).toEqual(["Note to the team", "Knows the price"]);
  await mini.press("Enter");
  await agent.sees("Knows the price");

  await tickOf(page).uncheck();
  await agent.say("It is forty.");
  await visitor.sees("It is forty.");
  await expect(visitor.widget.getByText(/Haggles|Knows the price/)).toHaveCount(0);
  await ola.page.context().close();
});

// spec: Q-9 X-6
test("a supervisor's whisper that is not sent stays one when they join and when they take the chat over", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  await chat(visitor, agent);
  const sue = await another(browser, demo, "sue", errors);
  await sue.page.getByRole("link", { name: /Kari/ }).first().click();
  await noteOf(sue.page).fill("Offer the oiled one");
  await sue.page.getByRole("button", { name: "Join", exact: true }).click();
  await expect(visitor.log.getByText("Sue Dahl has joined the chat.")).toBeVisible();
  await expect(tickOf(sue.page)).toBeChecked();
  await expect(noteOf(sue.page)).toHaveValue("Offer the oiled one");
  await noteOf(sue.page).press("Enter");
  await agent.sees("Offer the oiled one");

  await noteOf(sue.page).fill("I take it from here");
  await sue.page.getByRole("button", { name: "Take over" }).click();
  await sue.page.getByRole("dialog").getByRole("button", { name: "Take over" }).click();
  await expect(visitor.log.getByText("Sue Dahl looks after you now.")).toBeVisible();
  await expect(noteOf(sue.page)).toHaveValue("I take it from here");
  await noteOf(sue.page).press("Enter");
  await sue.sees("I take it from here");
  await tickOf(sue.page).uncheck();
  await sue.say("Good morning.");
  await visitor.sees("Good morning.");
  await expect(visitor.widget.getByText(/oiled one|take it from here/)).toHaveCount(0);
});
