/** Who a visitor is: proven or claimed, what the form begins with, and the directory of customers. */
import type { Browser, Locator, Page } from "@playwright/test";
import { check } from "../support/access.ts";
import { changeQueue } from "../support/admin.ts";
import { Agent } from "../support/agent.ts";
import type { Demo } from "../support/demo.ts";
import { anotherVisitor, expect, test, watch } from "../support/journey.ts";

/** An administrator in a browser of their own, on the page of the customers. */
async function administrator(browser: Browser, demo: Demo, errors: string[]): Promise<Page> {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  const page = await context.newPage();
  await new Agent(page, demo.console).signIn(demo.account("admin"));
  await page.getByRole("link", { name: "Customers" }).click();
  await expect(page.getByRole("link", { name: "Kari Nordmann" })).toBeVisible();
  return page;
}

const record = "https://crm.example/find";

// spec: C-2, C-3, Q-12
test("a signed identity fills in two fields; the agent sees who it is, the visit, what was before, and the record elsewhere", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  const query = "ref={customer_ref}&queue={queue}&mail={answer.email}&asks={answer.question}";
  await changeQueue(browser, demo, { conduct: { screen_pop: { url: `${record}?${query}`, open: "tab" } } });
  await agent.page.context().route(`${record}?*`, (route) => route.fulfill({ body: "Their record" }));

  await visitor.page.goto("/sign-in?customer=H-1002");
  await expect(visitor.page.getByRole("link", { name: "Sign out Jonas" })).toBeVisible();
  await expect(visitor.launcher).toBeVisible();
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.click({ timeout: 20_000 });
  const field = (name: RegExp) => visitor.widget.getByRole("textbox", { name });
  await expect(field(/first name/i)).toHaveValue("Jonas");
  await expect(field(/mail/i)).toHaveValue("jonas.weber@example.com");
  await expect(field(/help/i)).toHaveValue("");
  await field(/help/i).fill("Oak & ash?");
  await visitor.send.click();
  const values = "ref=H-1002&queue=Advice&mail=jonas.weber%40example.com&asks=Oak%20%26%20ash%3F";
  await opens(agent, `${record}?${values}`);

  const customer = agent.page.getByRole("link", { name: "Jonas Weber" });
  await expect(customer).toBeVisible();
  await expect(agent.page.getByText("Verified", { exact: true }).first()).toBeVisible();
  await expect(agent.page.getByText("Weber Interiors")).toBeVisible();
  await expect(agent.page.getByText("newsletter")).toBeVisible();
  const part = (name: string) => partOfSession(agent, name);
  await expect(part("Form answers")).toContainText(/First name\s*Jonas/);
  await expect(part("Form answers")).toContainText(/How can we help\?\s*Oak & ash\?/);
  const pages = part("Pages of this visit").getByRole("listitem");
  await expect(pages).toHaveText([/now · .*\/product\/oslo-chair(Visible|$)/, /^Halden.*\/(Visible|$)/]);
  await visitor.page.goto("/prices");
  await expect(pages).toHaveText([
    /now · .*\/prices(Visible|$)/,
    /\/product\/oslo-chair(Visible|$)/,
    /^Halden.*\/(Visible|$)/,
  ]);
  await expect(part("Page now")).toContainText("/prices");
  await expect(part("Earlier chats")).toBeHidden();
  await expect(part("Earlier visits")).toBeHidden();
  await agent.say("Both, Jonas.");
  await visitor.sees("Both, Jonas.");
  await visitor.end();
  await agent.page.getByRole("button", { name: "Close", exact: true }).click();

  const later = await anotherVisitor(browser, demo, errors);
  await later.page.goto("/sign-in?customer=H-1002");
  await later.launcher.click();
  await later.send.click();
  await opens(agent, `${record}?${values.replace(/asks=.*/, "asks=")}`);
  await expect(part("Earlier visits").getByRole("listitem")).toHaveText([/3 pages · Chrom/]);
  await expect(part("Earlier chats").getByRole("listitem")).toHaveText([/Advice · Alice Berg.*Ended/]);
  await part("Earlier chats").getByRole("button", { name: "Read the chat" }).click();
  await expect(agent.page.getByRole("dialog", { name: "Advice" })).toContainText("Both, Jonas.");
  await later.page.context().close();
});

/** The agent accepts the chat that rings, which opens that address in a tab and is a link beside the chat. */
async function opens(agent: Agent, url: string): Promise<void> {
  const tab = agent.page.context().waitForEvent("page");
  await agent.answer();
  const opened = await tab;
  await expect(opened).toHaveURL(url);
  await opened.close();
  await expect(agent.page.getByRole("link", { name: "Open the record" })).toHaveAttribute("href", url);
}

/** A part of what stands beside the chat, by its title. */
function partOfSession(agent: Agent, name: string): Locator {
  const session = agent.page.getByRole("complementary", { name: "Active session" });
  return session.locator("section").filter({ has: agent.page.getByRole("heading", { name, exact: true }) });
}

// spec: C-2 N-3
test("an unsigned reference fills in nothing and is shown as unverified", async ({ visitor, agent }) => {
  await visitor.page.goto("/product/oslo-chair");
  await expect(visitor.launcher).toBeVisible();
  await visitor.page.evaluate(() => {
    (window as unknown as { beckon: (...args: unknown[]) => void }).beckon("identify", {
      customer_ref: "H-1002",
      name: "Somebody",
    });
  });
  await visitor.accept.click({ timeout: 20_000 });
  await expect(visitor.widget.getByRole("textbox", { name: /first name/i })).toHaveValue("");
  await expect(visitor.widget.getByRole("textbox", { name: /mail/i })).toHaveValue("");
  await visitor.fillForm("Mallory");
  await agent.answer();
  await expect(agent.page.getByRole("link", { name: "Jonas Weber" })).toBeVisible();
  await expect(agent.page.getByText("Unverified", { exact: true }).first()).toBeVisible();
});

// spec: X-6
test("another customer in the same browser meets nothing of the first", async ({ visitor, agent }) => {
  await visitor.page.goto("/sign-in?customer=H-1001");
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.click({ timeout: 20_000 });
  await visitor.send.click();
  await agent.answer();
  await agent.say("Hello Kari, about your order");
  await visitor.sees("Hello Kari, about your order");
  await visitor.page.goto("/sign-in?customer=H-1003");
  await expect(visitor.launcher).toBeVisible();
  await expect(visitor.log).toBeHidden();
  await expect(visitor.page.getByText("about your order")).toHaveCount(0);
  await visitor.launcher.click();
  await expect(visitor.widget.getByRole("textbox", { name: /first name/i })).toHaveValue("Amélie");
});

// spec: C-1
test("a file is tried, taken in and reported; records are merged, parted and erased", async ({
  browser,
  demo,
  errors,
}) => {
  const page = await administrator(browser, demo, errors);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Import customers" }).click();
  await expect(page.getByText("No imports yet")).toBeVisible();
  await check(page, "import before a file");
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose a file" }).click();
  const rows = [
    "H-1001;Kari Anne;kari@example.com",
    "H-2000;Piet;piet@example.com",
    ";Nobody;",
    "H-2001;Eve;no-address",
  ];
  const buffer = Buffer.from(`\uFEFFReference;First name;E-mail\r\n${rows.join("\r\n")}\r\n`);
  await (await chooser).setFiles({ name: "customers.csv", mimeType: "text/csv", buffer });
  await expect(page.getByText("Every row was tried. Nothing is changed yet.")).toBeVisible();
  await expect(page.getByText("It has no customer reference.")).toBeVisible();
  await expect(page.getByText("email is not an e-mail address.")).toBeVisible();
  await check(page, "import that was tried");
  await page.getByRole("button", { name: "Take 2 rows in" }).click();
  await expect(page.getByText("The import is complete.")).toBeVisible();
  await check(page, "import that is complete");
  await page.getByRole("link", { name: "Go to the customers" }).click();

  await page.getByRole("textbox", { name: /^Name, e-mail/ }).fill("piet");
  await page.getByRole("link", { name: "Piet" }).click();
  await expect(page.getByRole("textbox", { name: "Reference" })).toHaveValue("H-2000");
  await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
  await check(page, "customer");
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: /^Merge another record/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("bianchi");
  const merge = dialog
    .getByRole("listitem")
    .filter({ hasText: "Luca Bianchi" })
    .getByRole("button", { name: "Merge" });
  await expect(merge).toBeVisible();
  await check(page, "choice of a record to merge");
  await merge.click();
  await expect(page.getByText("The records are merged")).toBeVisible();
  await expect(page.getByRole("button", { name: "Take the merge of Luca Bianchi back" })).toBeVisible();
  await page.getByRole("button", { name: "Take the merge of Luca Bianchi back" }).click();
  await page.getByRole("button", { name: "Take the merge back", exact: true }).click();
  await expect(page.getByText("The merge is taken back")).toBeVisible();

  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Erase everything" }).click();
  const erase = page.getByRole("button", { name: "Erase for good" });
  await expect(erase).toBeDisabled();
  await check(page, "erasure");
  await page.getByRole("textbox", { name: "To confirm, type H-2000" }).fill("H-2000");
  await erase.click();
  await expect(page.getByText(/^Erased, with 0 chats/)).toBeVisible();
  await page.getByRole("textbox", { name: /^Name, e-mail/ }).fill("piet");
  await expect(page.getByText("Nothing fits")).toBeVisible();
});
