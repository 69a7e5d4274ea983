/** Ended chats: found again by who may see them, at an address that can be shared; and a queue that is closed by hand. */
import type { Page, Response } from "@playwright/test";
import { check } from "../support/access.ts";
import { changeRule } from "../support/admin.ts";
import { another, anotherVisitor, chat, expect, test } from "../support/journey.ts";

/** Keeps a request of this address back; yields its answer to come, and what lets it through. */
async function hold(page: Page, address: RegExp): Promise<[Promise<Response>, () => void]> {
  let let_through = () => {};
  const allowed = new Promise<void>((resolve) => {
    let_through = resolve;
  });
  await page.route(address, async (route) => {
    await allowed;
    await route.continue();
  });
  return [page.waitForResponse(address), let_through];
}

// spec: A-1 C-3 X-6
test("an ended chat is found by a word of it, read with its marks, and its address can be shared", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  await chat(visitor, agent);
  await visitor.say("Do you have it in walnut?");
  await agent.sees("Do you have it in walnut?");
  await agent.say("In walnut and in oak.");
  await visitor.sees("In walnut and in oak.");
  await visitor.end();
  // Whoever goes elsewhere while the chat is being put away stays there. What is noted is kept soon after it is written.
  const [put_away, let_through] = await hold(agent.page, /\/wrap-up$/);
  await agent.page.getByLabel("Tags", { exact: true }).first().fill("furniture");
  await agent.page.keyboard.press("Enter");
  await agent.page.getByRole("button", { name: "Close", exact: true }).click();

  await agent.page.getByRole("link", { name: "History" }).click();
  const list = agent.page.getByRole("list", { name: "List of ended chats" });
  await expect(list.getByRole("link", { name: /Kari/ })).toBeVisible();
  let_through();
  await put_away;
  await expect.poll(async () => (await agent.read<{ items: unknown[] }>("/chats")).items).toEqual([]);
  await expect(list.getByRole("link", { name: /Kari/ })).toBeVisible();
  const search = agent.page.getByRole("textbox", { name: /Search name/ });
  await search.fill("mahogany");
  await expect(agent.page.getByText("Nothing fits")).toBeVisible();
  await search.fill("walnut");
  await list.getByRole("link", { name: /Kari/ }).click();
  await expect(agent.log.getByText("In walnut and in oak.")).toBeVisible();
  await expect(agent.log.getByText("Read", { exact: true }).last()).toBeVisible();
  await expect(agent.page.getByText(/Ended by the visitor/)).toBeVisible();
  await expect(agent.page.getByRole("complementary").getByText("furniture")).toBeVisible();
  const address = agent.page.url();
  expect(address).toContain("q=walnut");

  const sue = await another(browser, demo, "sue", errors);
  await sue.page.goto(address);
  await expect(sue.log.getByText("In walnut and in oak.")).toBeVisible();
  await expect(sue.page.getByRole("textbox", { name: /Search name/ })).toHaveValue("walnut");
});

// spec: Q-1 A-3
test("a supervisor stops offers, sees what became of those of the day, and closes a queue by hand, from the wallboard", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  await visitor.page.goto("/");
  await expect(visitor.launcher).toBeVisible();
  await expect(agent.page.getByRole("button", { name: /^Status: Ready/ })).toBeVisible();
  const sue = await another(browser, demo, "sue", errors);
  await sue.page.goto("/wallboard");
  const row = sue.page
    .getByRole("row")
    .filter({ has: sue.page.getByRole("button", { name: /Open or close/ }) })
    .first();

  await changeRule(browser, demo, "/product/", [{ change: { required_time_s: 1 } }]);
  const offers = sue.page.getByRole("region", { name: "Offers", exact: true });
  await expect(offers).toContainText("Offers are presented.");
  await offers.getByRole("button", { name: "Stop offers" }).click();
  const question = sue.page.getByRole("dialog", { name: /^Stop offers on Halden/ });
  await expect(question).toBeVisible();
  await check(sue.page, "stopping of offers");
  await question.getByRole("button", { name: "Stop offers" }).click();
  await expect(offers).toContainText("Stopped by Sue Dahl");
  await visitor.page.goto("/product/oslo-chair");
  await agent.page.goto("/visitors");
  await agent.page.getByRole("button", { name: /^Open the visit of/ }).click();
  const drawer = agent.page.getByRole("dialog", { name: /^Visitor/ });
  await expect(drawer.getByText("Nothing is presented: a supervisor has stopped offers")).toBeVisible();
  await expect(visitor.accept).toBeHidden();
  await offers.getByRole("button", { name: "Resume offers" }).click();
  await expect(offers).toContainText("Offers are presented.");
  await visitor.reject.click();

  const second = await anotherVisitor(browser, demo, errors);
  await second.page.goto("/product/oslo-chair");
  await second.accept.click();
  const figures = sue.page.getByRole("region", { name: "Now and today" });
  await expect(figures).toContainText(/Offers accepted\s*1\s*of 2 presented today/);
  await expect(row.getByText("1 / 2").last()).toBeVisible();
  await expect(row.getByText("Rejected 1", { exact: true }).last()).toBeVisible();
  await second.page.context().close();

  await row.getByRole("button", { name: /Open or close/ }).click();
  // The first of the two: closing stands above opening.
  await sue.page.getByRole("menuitem", { name: "until a time" }).first().click();
  const dialog = sue.page.getByRole("dialog", { name: /^Close/ });
  await dialog.getByLabel("Date and time").fill("2001-01-01T10:00");
  await dialog.getByRole("button", { name: "Close now" }).click();
  await expect(dialog.getByText("Choose a time to come.")).toBeVisible();
  await check(sue.page, "closing until a time");
  await dialog.getByLabel("Date and time").fill("2090-01-01T10:00");
  await dialog.getByRole("button", { name: "Close now" }).click();
  await expect(row.getByText("Out of hours")).toBeVisible();
  await expect(row.getByText("by hand")).toBeVisible();
  await row.getByRole("button", { name: /Open or close/ }).click();
  await sue.page.getByRole("menuitem", { name: "Back to the hours" }).click();
  await expect(row.getByText("by hand")).toBeHidden();
  await row.getByRole("button", { name: /Open or close/ }).click();
  await sue.page.getByRole("menuitem", { name: "Switch the channel off" }).click();
  await expect(row.getByText("Channel off")).toBeVisible();
});
