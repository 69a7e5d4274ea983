/** Why a visitor is offered something or nothing, as agents and administrators see it, and what they do about it. */
import type { Browser, Locator, Page } from "@playwright/test";
import { check, checkAsItIs } from "../support/access.ts";
import { Agent } from "../support/agent.ts";
import type { Demo } from "../support/demo.ts";
import { expect, test } from "../support/journey.ts";

/** The drawer of the one visitor on the site. */
async function openVisit(agent: Agent): Promise<Locator> {
  await agent.page.goto("/visitors");
  await agent.page.getByRole("button", { name: /^Open the visit of/ }).click();
  return agent.page.getByRole("dialog", { name: /^Visitor/ });
}

async function asAdmin(browser: Browser, demo: Demo, below: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  const admin = new Agent(await context.newPage(), demo.console);
  await admin.signIn(demo.account("admin"));
  const site = (await admin.read<{ items: { id: string }[] }>("/sites")).items[0]?.id;
  await admin.page.goto(`/admin/sites/${site}${below}`);
  return admin.page;
}

async function choose(page: Page, field: Locator, option: string): Promise<void> {
  await field.click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

// spec, O-1, C-3
test("the drawer of a visit says why nothing comes, and afterwards why the offer came", async ({
  visitor,
  agent,
}) => {
  await visitor.page.goto("/");
  const drawer = await openVisit(agent);
  await expect(drawer.getByText("Nothing is presented: no rule has qualified")).toBeVisible();
  await drawer.getByText("Ten seconds on a product").first().click();
  await expect(drawer.getByText("0 s of 10 s").first()).toBeVisible();
  await check(agent.page, "visit");

  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.waitFor({ timeout: 20_000 });
  await expect(drawer.getByText("Nothing is presented: an offer is open before this visitor")).toBeVisible();
  await expect(drawer.getByText("An offer was presented.")).toBeVisible({ timeout: 10_000 });
  await drawer.getByRole("button", { name: "Show the record of “Product advice”" }).click();
  const record = agent.page.getByRole("dialog", { name: "Presentation" });
  await expect(record.getByText("0 of at most 9")).toBeVisible();
  await expect(record.getByText("Won")).toBeVisible();
  await record.getByText("Ten seconds on a product").last().click();
  await expect(record.getByText(/^1\d s of 10 s$/)).toBeVisible();
  await checkAsItIs(agent.page, "record of an offer");
  await record.getByRole("button", { name: "Close" }).click();

  await visitor.accept.click();
  await visitor.fillForm("Kari");
  await agent.page.goto("/chats");
  await agent.answer();
  await agent.page.getByRole("button", { name: "Show the record of “Ten seconds on a product”" }).click();
  await expect(agent.page.getByRole("dialog", { name: "Presentation" }).getByText("Accepted")).toBeVisible();
});

// spec: O-13, O-3, O-4, A-2, P-9
test("an agent presents by hand, never beside an open offer, sees in the list what came of it, and begins a chat", async ({
  visitor,
  agent,
}) => {
  await visitor.page.goto("/");
  const drawer = await openVisit(agent);
  await drawer.getByRole("button", { name: "Present an offer" }).click();
  const hand = agent.page.getByRole("dialog", { name: /^Present an offer to Visitor/ });
  await choose(agent.page, hand.getByLabel("Offer", { exact: true }), "Price advice");
  await check(agent.page, "offer by hand");
  await hand.getByRole("button", { name: "Present", exact: true }).click();
  await expect(visitor.widget.getByRole("heading", { name: "Comparing prices?" })).toBeVisible();

  await drawer.getByRole("button", { name: "Present an offer" }).click();
  await expect(
    hand.getByText(/an offer is open before this visitor\. Nobody can override this/),
  ).toBeVisible();
  await expect(hand.getByRole("button", { name: /^Present/ })).toBeDisabled();
  await visitor.reject.click();
  await expect(hand.getByText("reached").first()).toBeVisible({ timeout: 10_000 });
  await choose(agent.page, hand.getByLabel("Offer", { exact: true }), "Price advice");
  await expect(hand.getByText("This offer was rejected or ignored before")).toBeVisible();
  const over = hand.getByRole("button", { name: "Present over the caps" });
  await expect(over).toBeDisabled();
  await hand.getByRole("checkbox", { name: /although a cap is reached/ }).check();
  await over.click();
  await expect(visitor.accept).toBeVisible();
  await expect(drawer.getByText(/By hand, by Alice Berg/).first()).toBeVisible();

  const begin = drawer.getByRole("button", { name: "Begin a chat" });
  await begin.click();
  await expect(agent.page.getByText(/An offer is open before the visitor/)).toBeVisible();
  await agent.page.keyboard.press("Escape");
  const offers = agent.page.getByRole("columnheader", { name: "Offers" });
  await offers.getByRole("button").click();
  await expect(offers).toHaveAttribute("aria-sort", "descending");
  await expect(agent.page.getByRole("cell", { name: "2 Open" })).toBeVisible();
  await visitor.reject.click();
  await expect(agent.page.getByRole("cell", { name: "2 Rejected" })).toBeVisible();

  await agent.page.getByRole("button", { name: /^Open the visit of/ }).click();
  await begin.click();
  await expect(agent.composer).toBeVisible();
  await expect(visitor.log, "nothing shows before the agent has written").toHaveCount(0);
  await agent.say("Good morning. May I help?");
  // After a No the window stays minimised.
  await expect(visitor.widget.locator("#unread")).toHaveText("1");
  await visitor.widget.getByRole("button", { name: "Maximise" }).click();
  await visitor.sees("Good morning. May I help?");
  await visitor.say("Yes, please.");
  await agent.sees("Yes, please.");
});

// spec
test("the rule test answers for an imagined visit and for one on the site", async ({
  browser,
  demo,
  visitor,
}) => {
  await visitor.page.goto("/prices");
  const page = await asAdmin(browser, demo, "/rule-test");
  const result = page.getByRole("complementary");
  await page.getByRole("combobox", { name: "Address" }).fill("https://www.example.com/product/oslo-chair");
  await page.getByLabel("Time on this page, s").fill("9");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await expect(result.getByText("Nothing is presented: no rule has qualified")).toBeVisible();
  await result.getByText("Ten seconds on a product").click();
  await expect(result.getByText("9 s of 10 s")).toBeVisible();
  await page.getByLabel("Time on this page, s").fill("10");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await expect(
    result.getByText("Presents “Product advice” by the rule “Ten seconds on a product”"),
  ).toBeVisible();

  // As it is now nobody is there: the rule has qualified, and it is said what stops it.
  await page.getByText("As if every queue were open with a free agent").click();
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await expect(result.getByText(/^Qualified, but no agent of the queue is ready/)).toBeVisible();

  await page.getByText("On the site", { exact: true }).click();
  await page.getByRole("combobox", { name: "Visitor" }).click();
  await page.getByRole("option").first().click();
  await expect(result.getByText("Nothing is presented: no rule has qualified")).toBeVisible();
  await result.getByText("Third look at the prices").click();
  await expect(result.getByText("1 of 3")).toBeVisible();
  await page.context().close();
});

// spec
test("a rule with nested groups, made in the editor, acts in the browser", async ({
  browser,
  demo,
  visitor,
  agent: _,
}) => {
  const page = await asAdmin(browser, demo, "/rules/new");
  await page.getByRole("textbox", { name: "Name" }).fill("Second category page");
  await page.getByRole("textbox", { name: "Priority", exact: true }).fill("1");
  await page.getByRole("combobox", { name: "Value" }).fill("/category/");
  await page.getByLabel("Required Time").fill("0");
  await page.getByRole("button", { name: "Add conditions" }).click();
  const add = async (kind: string, at: number) => {
    await page.getByRole("button", { name: "Add a condition" }).nth(at).click();
    await page.getByRole("menuitem", { name: kind, exact: true }).click();
  };
  // Inner groups close before the outer one: the button of the outermost stands last.
  await page.getByRole("button", { name: "Add a group" }).last().click();
  await add("Device", 0);
  await add("Pages viewed", 0);
  await page.getByRole("group", { name: "Pages viewed" }).getByLabel("At least").fill("2");
  await page.getByRole("button", { name: "Add a group" }).last().click();
  await choose(page, page.getByRole("combobox", { name: "Group", exact: true }).nth(2), "This does not hold");
  await add("Event of the page", 1);

  // The server's own words stand at the field that it refuses.
  const event = page.getByRole("group", { name: "Event of the page" });
  await event.getByLabel("Within, seconds").focus();
  await event.getByLabel("Within, seconds").blur();
  await expect(event.getByText("Is empty.")).toBeVisible();
  await event.getByRole("combobox", { name: "Name" }).fill("order_placed");
  await event.getByRole("combobox", { name: "Name" }).blur();
  await expect(event.getByText("Is empty.")).toBeHidden();
  await expect(
    page.getByText(/if all of \(at least one of \(the device is phone, 2 pages were viewed\), not \(/),
  ).toBeVisible();
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("link", { name: "Second category page" })).toBeVisible();

  await visitor.page.goto("/category/chairs");
  await visitor.page.waitForTimeout(2_000);
  await expect(visitor.accept).toBeHidden();
  await visitor.page.goto("/category/chairs");
  await expect(visitor.accept).toBeVisible();
  await page.context().close();
});
