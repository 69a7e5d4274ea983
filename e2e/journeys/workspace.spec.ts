/** The agent's workspace: by keyboard alone, canned replies, drafts, options, and the mini window. */
import type { Browser, BrowserContext, Locator, Page } from "@playwright/test";
import { check, checkMiniWindow } from "../support/access.ts";
import { addCannedReply, changeQueue } from "../support/admin.ts";
import { Agent } from "../support/agent.ts";
import { heard, notes, setElsewhere, standInForAttention } from "../support/attention.ts";
import type { Demo } from "../support/demo.ts";
import { another, anotherVisitor, chat, expect, test } from "../support/journey.ts";
import { MiniWindow } from "../support/mini.ts";
import { openShadowRoots, Visitor } from "../support/visitor.ts";

async function openDialog(agent: Agent, name: string): Promise<void> {
  await agent.page.getByRole("button", { name: /^Account of/ }).click();
  await agent.page.getByRole("button", { name, exact: true }).click();
  await expect(agent.page.getByRole("dialog", { name })).toBeVisible();
}

async function secondVisitor(
  browser: Browser,
  demo: Demo,
): Promise<{ context: BrowserContext; visitor: Visitor }> {
  const context = await browser.newContext({ baseURL: demo.shop, locale: "en-GB" });
  await context.addInitScript(openShadowRoots);
  return { context, visitor: new Visitor(await context.newPage()) };
}

/** Presses the key until the focus is there. */
async function walk(page: Page, key: string, to: Locator): Promise<void> {
  await expect(async () => {
    if (!(await to.evaluate((element) => element === document.activeElement))) await page.keyboard.press(key);
    await expect(to).toBeFocused({ timeout: 200 });
  }).toPass({ timeout: 30_000 });
}

// spec: A-1, N-5
test("a whole chat goes by keyboard alone, with a note, a transfer thought better of, and what it came to", async ({
  browser,
  demo,
  errors,
  visitor,
}) => {
  await changeQueue(browser, demo, { conduct: { dispositions: ["Sold", "Advice only"] } });
  const agent = await another(browser, demo, "alice", errors);
  const { page } = agent;
  const { keyboard } = page;
  await expect(page.getByRole("button", { name: /^Status: Away/ })).toBeEnabled();
  await keyboard.press("Alt+s");
  const ready = page.getByRole("menuitem", { name: /^Ready/ });
  await expect(ready).toBeVisible();
  await walk(page, "ArrowDown", ready);
  await keyboard.press("Enter");
  await expect(page.getByRole("button", { name: /^Status: Ready/ })).toBeVisible();

  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.click({ timeout: 20_000 });
  await visitor.fillForm("Kari");
  await expect(agent.ringing).toBeVisible();

  await keyboard.press("Alt+a");
  await expect(agent.composer).toBeFocused();
  await keyboard.type("Good morning, Kari.");
  await keyboard.press("Enter");
  await visitor.sees("Good morning, Kari.");
  await expect(agent.composer).toBeFocused();
  await expect(agent.composer).toHaveValue("");

  const tick = page.getByRole("checkbox", { name: "Note to the team" });
  const note = page.getByRole("textbox", { name: "Note to the team" });
  await walk(page, "Tab", tick);
  await keyboard.press("Space");
  await expect(note).toBeFocused();
  await keyboard.type("Wants a discount");
  await keyboard.press("Enter");
  await agent.sees("Wants a discount");
  await expect(agent.log.getByText("Only your team sees this")).toBeVisible();
  await expect(visitor.widget.getByText("Wants a discount")).toHaveCount(0);
  await walk(page, "Tab", tick);
  await keyboard.press("Space");
  await expect(agent.composer).toBeFocused();

  const hand_on = page.getByRole("main").getByRole("button", { name: /^Transfer/ });
  await walk(page, "Shift+Tab", hand_on);
  await keyboard.press("Enter");
  const transfer = page.getByRole("dialog", { name: "Transfer the chat with Kari" });
  await expect(transfer.locator(":focus")).toHaveCount(1);
  await keyboard.press("Escape");
  await expect(transfer).toBeHidden();
  await expect(hand_on).toBeFocused();
  await keyboard.press("Alt+m");
  await expect(agent.composer).toBeFocused();

  await keyboard.press("Alt+r");
  await expect(agent.composer).toHaveValue("/");
  const canned = page.getByRole("listbox", { name: "Canned replies" });
  await expect(canned).toBeVisible();
  await keyboard.press("Escape");
  await expect(canned).toBeHidden();
  await keyboard.press("Backspace");
  await expect(agent.composer).toHaveValue("");
  await keyboard.press("Alt+o");
  const options = page.getByRole("dialog", { name: "Options" });
  await expect(options).toBeVisible();
  await keyboard.press("Escape");
  await expect(options).toBeHidden();
  await expect(agent.composer).toBeFocused();

  await keyboard.press("Alt+l");
  await expect(agent.log).toBeFocused();
  await keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(sheet).toBeVisible();
  await check(page, "sheet");
  await keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(agent.log).toBeFocused();

  await keyboard.press("Alt+s");
  await expect(page.getByRole("menuitem", { name: "Away: Lunch" })).toBeVisible();
  await keyboard.press("Escape");
  await expect(page.getByRole("menuitem", { name: "Away: Lunch" })).toBeHidden();
  await keyboard.press("Alt+s");
  await expect(ready).toBeVisible();
  await walk(page, "ArrowDown", page.getByRole("menuitem", { name: "Away: Lunch" }));
  await keyboard.press("Enter");
  await expect(page.getByRole("button", { name: /^Status: Away, Lunch/ })).toBeVisible();

  await keyboard.press("Alt+i");
  await expect(page.getByRole("complementary", { name: "Active session" })).toBeFocused();
  await keyboard.press("Alt+j");
  await expect(page.getByRole("textbox", { name: "Search chats" })).toBeFocused();
  await keyboard.type("kari");
  await keyboard.press("Enter");
  await keyboard.press("Alt+m");
  await expect(agent.composer).toBeFocused();
  await keyboard.press("Alt+ArrowDown");
  await expect(agent.composer).toBeVisible();

  await keyboard.press("Alt+w");
  const question = page.getByRole("dialog", { name: "End this chat?" });
  await expect(question.getByRole("button", { name: "End chat" })).toBeFocused();
  await keyboard.press("Enter");
  await expect(visitor.composer).toBeHidden();
  await expect(page.getByRole("main").getByRole("button", { name: "Close", exact: true })).toBeFocused();
  await expect(page.getByRole("dialog")).toBeHidden();

  const id = page.url().split("/").at(-1);
  const came_to = page
    .getByRole("combobox", { name: /Came to/ })
    .or(page.getByRole("textbox", { name: /Came to/ }));
  await walk(page, "Shift+Tab", came_to);
  const sold = page.getByRole("option", { name: "Sold" });
  await expect(async () => {
    await keyboard.press("ArrowDown");
    const chosen = await sold.getAttribute("id", { timeout: 1_000 });
    await expect(came_to).toHaveAttribute("aria-activedescendant", chosen ?? "", { timeout: 200 });
  }).toPass({ timeout: 30_000 });
  await keyboard.press("Enter");
  await expect(came_to).toHaveValue("Sold");
  await keyboard.press("Alt+w");
  await expect(page.getByRole("link", { name: /Kari/ })).toBeHidden();
  const { noted } = await agent.read<{ noted: { disposition: string } }>(`/chats/${id}`);
  expect(noted.disposition).toBe("Sold");
});

// spec: A-1
test("a canned reply comes by a slash, with what is known filled in and a warning for what is not", async ({
  browser,
  demo,
  visitor,
  agent,
}) => {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  const sue = new Agent(await context.newPage(), demo.console);
  await sue.signIn(demo.account("sue"));
  await addCannedReply(sue, {
    shortcut: "delivery",
    title: "Delivery times",
    texts: {
      en: "{{visitor.first_name}}, {{site.name}} delivers in {{number of weeks}} weeks. {{agent.first_name}}",
    },
  });
  await addCannedReply(sue, { shortcut: "bye", title: "Good bye", texts: { en: "Good bye." } });
  await context.close();
  await addCannedReply(agent, { shortcut: "del", title: "Mine", texts: { en: "Mine." }, personal: true });

  await chat(visitor, agent);
  const { page } = agent;
  await agent.composer.focus();
  await page.keyboard.type("/deliv");
  const list = page.getByRole("listbox", { name: "Canned replies" });
  await expect(list.getByRole("option")).toHaveCount(1);
  await expect(page.getByRole("region", { name: "Preview" })).toContainText("Kari, Halden");
  await check(page, "canned replies");
  await page.keyboard.press("Escape");
  await expect(list).toBeHidden();
  for (let n = 0; n < 3; n += 1) await page.keyboard.press("Backspace");
  await expect(list.getByRole("option")).toHaveCount(2);
  await expect(list.getByRole("option").first()).toContainText("Mine");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(agent.composer).toHaveValue(/^Kari, Halden.* delivers in {{number of weeks}} weeks\. Alice$/);

  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "still 1 gap to fill" })).toBeVisible();
  // The gap is selected: what is typed takes its place.
  await page.keyboard.type("three");
  await page.keyboard.press("Enter");
  await expect(visitor.log.getByText(/^Kari, Halden.* delivers in three weeks\. Alice$/)).toBeVisible();
});

// spec: A-1
test("a draft is there in another browser, and gone once it is sent", async ({
  browser,
  demo,
  visitor,
  agent,
}) => {
  await chat(visitor, agent);
  const address = agent.page.url();
  await agent.composer.fill("Let me look that up");
  await expect
    .poll(async () =>
      (await agent.read<{ items: { text: string }[] }>("/drafts")).items.map(({ text }) => text),
    )
    .toEqual(["Let me look that up"]);

  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  const elsewhere = new Agent(await context.newPage(), demo.console);
  await elsewhere.signIn(demo.account("alice"));
  await elsewhere.page.goto(address);
  await expect(elsewhere.composer).toHaveValue("Let me look that up");
  await elsewhere.composer.press("End");
  await elsewhere.page.keyboard.type(" for you.");
  await elsewhere.composer.press("Enter");
  await visitor.sees("Let me look that up for you.");
  await expect.poll(async () => (await agent.read<{ items: unknown[] }>("/drafts")).items.length).toBe(0);
  await agent.page.reload();
  await expect(agent.composer).toHaveValue("");
  await context.close();
});

// spec: A-1, N-5
test("of two drafts that were written in two browsers at once the agent chooses one", async ({
  browser,
  demo,
  errors,
  expectedErrors,
  visitor,
  agent,
}) => {
  // A draft that knows an older version is refused.
  expectedErrors.push(/status of 409/);
  const { page } = agent;
  const kept = async () =>
    (await agent.read<{ items: { text: string }[] }>("/drafts")).items.map(({ text }) => text);
  await chat(visitor, agent);
  await agent.composer.fill("Let me look that up");
  await expect.poll(kept).toEqual(["Let me look that up"]);
  const elsewhere = await another(browser, demo, "alice", errors);
  await elsewhere.page.goto(page.url());
  await expect(elsewhere.composer).toHaveValue("Let me look that up");
  await elsewhere.composer.fill("One moment, I ask the workshop");
  await expect.poll(kept).toEqual(["One moment, I ask the workshop"]);

  await agent.composer.fill("It is oak");
  const question = page.getByRole("alert").filter({ hasText: "In another window you wrote:" });
  await expect(question).toContainText("One moment, I ask the workshop");
  await expect(agent.composer).toHaveValue("It is oak");
  await check(page, "draft conflict");
  await question.getByRole("button", { name: "Take that" }).click();
  await expect(question).toBeHidden();
  await expect(agent.composer).toHaveValue("One moment, I ask the workshop");
  expect(await kept()).toEqual(["One moment, I ask the workshop"]);
});

// spec: P-5, P-12, P-13, A-1
test("the options are saved with OK, discarded with Cancel, and each brings what it names to the front at once", async ({
  browser,
  demo,
  visitor,
  agent,
}) => {
  const { page } = agent;
  await standInForAttention(page);
  await agent.ready();
  const options = () => agent.read<Record<string, boolean>>("/me/options");
  const newChat = page.getByRole("checkbox", {
    name: "Bring chat window to the top when a new chat session is started.",
  });
  const newMessage = page.getByRole("checkbox", {
    name: "Bring chat window to the top when a new message is received.",
  });

  await openDialog(agent, "Options");
  await expect(newChat).not.toBeChecked();
  await expect(newMessage).not.toBeChecked();
  await check(page, "options");
  await newMessage.check();
  await page.getByRole("button", { name: "Cancel" }).click();
  expect(await options()).toEqual({ top_on_new_chat: false, top_on_new_message: false });
  await openDialog(agent, "Options");
  await expect(newMessage).not.toBeChecked();
  await page.keyboard.press("Escape");

  await page.getByRole("link", { name: "Customers" }).click();
  await chat(visitor, agent);
  await expect(page, "a chat that is accepted on another page opens").toHaveURL(/\/chats\/./);
  const first = page.url();
  const rung = await heard(page, "ring");
  expect(rung).toBeGreaterThan(0);
  const { context, visitor: ola } = await secondVisitor(browser, demo);
  await ola.page.goto("/product/oslo-chair");
  await ola.accept.waitFor({ timeout: 20_000 });
  expect(await heard(page, "ring"), "once it is accepted a chat is quiet").toBe(rung);
  await ola.accept.click();
  await ola.fillForm("Ola");
  await expect(agent.ringing).toBeVisible();
  expect(page.url(), "off: a chat that rings changes nothing").toBe(first);
  await agent.answer();
  await agent.say("Good morning, Ola.");
  const second = page.url();
  await ola.say("Good morning.");
  await agent.sees("Good morning.");
  expect(await heard(page, "message"), "what is read as it comes is not heard").toBe(0);
  await visitor.say("Are you there?");
  await expect(page.getByRole("img", { name: "1 unread message" })).toBeVisible();
  expect(await heard(page, "message")).toBe(1);
  expect(page.url(), "off: a message changes nothing").toBe(second);

  await openDialog(agent, "Options");
  await newMessage.check();
  await page.getByRole("button", { name: "OK" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  expect(await options()).toEqual({ top_on_new_chat: false, top_on_new_message: true });
  await visitor.say("Hello?");
  await expect(page).toHaveURL(first);
  await agent.sees("Hello?");

  await setElsewhere(page, true);
  await ola.say("One more thing");
  await expect
    .poll(async () => (await notes(page)).at(-1))
    .toEqual({ title: "Ola", body: "One more thing", stays: true });
  expect(page.url(), "without the focus the console waits for the click").toBe(first);
  await page.evaluate(() => {
    window.elsewhere = false;
    window.notes?.at(-1)?.click();
  });
  await expect(page).toHaveURL(second);

  await openDialog(agent, "Options");
  await newMessage.uncheck();
  await newChat.check();
  await page.getByRole("button", { name: "OK" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  expect(await options()).toEqual({ top_on_new_chat: true, top_on_new_message: false });
  await visitor.say("Still there?");
  const kari = page.getByRole("link", { name: /Kari/ });
  await expect(kari.getByRole("img", { name: "1 unread message" })).toBeVisible();
  expect(page.url(), "for new chats alone: a message changes nothing").toBe(second);

  const { context: third, visitor: nora } = await secondVisitor(browser, demo);
  await nora.ask("Nora");
  await expect(page.getByRole("heading", { level: 1, name: "Nora" })).toBeFocused();
  await expect(agent.ringing, "brought to the front, it still rings").toHaveAccessibleName(/Nora/);
  await context.close();
  await third.close();
});

// spec: P-12, P-13
test("the mini window stays on top with the chats", async ({ visitor, agent }) => {
  await chat(visitor, agent);
  const { page } = agent;
  const has = await page.evaluate(() => "documentPictureInPicture" in window);
  expect(has, "the browser of the journeys has a window that stays on top").toBe(true);
  await openDialog(agent, "Options");
  await page.getByRole("dialog").getByRole("button", { name: "Pin mini window" }).click();
  const mini = new MiniWindow(page);
  await expect.poll(() => mini.text("body")).toContain("Hello, how can I help?");
  await checkMiniWindow(page);
  await page.keyboard.press("Escape");
  await visitor.say("Is the oak oiled?");
  await expect.poll(() => mini.text("body")).toContain("Is the oak oiled?");
  await mini.fill("Yes, twice.");
  await expect(agent.composer, "the draft is the same").toHaveValue("Yes, twice.");
  expect(await mini.press("?"), "a question mark is text there").toBe(true);
  await mini.press("Enter");
  await visitor.sees("Yes, twice.");
  await agent.sees("Yes, twice.");
});

// spec: P-12, P-13
test("the mini window rings, and the chat that begins or gets a message comes to its front", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  const { page } = agent;
  await standInForAttention(page);
  await agent.ready();
  await chat(visitor, agent);
  await openDialog(agent, "Options");
  await page.getByRole("checkbox", { name: /when a new chat session is started/ }).check();
  await page.getByRole("checkbox", { name: /when a new message is received/ }).check();
  await page.getByRole("button", { name: "Pin mini window" }).click();
  await page.getByRole("button", { name: "OK" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  const mini = new MiniWindow(page);
  const front = "nav [aria-current=true]";
  await expect.poll(() => mini.text(front)).toBe("Kari");
  await setElsewhere(page, true);

  const ola = await anotherVisitor(browser, demo, errors);
  await ola.ask("Ola");
  await expect.poll(() => mini.text("section")).toContain("Ola");
  await mini.click('[aria-label^="Accept the chat with"]');
  await expect.poll(() => mini.text(front)).toBe("Ola");
  await visitor.say("Are you there?");
  await expect.poll(() => mini.text(front)).toBe("Kari");
  await expect.poll(() => mini.text("[role=log]")).toContain("Are you there?");
  await ola.page.context().close();
});

// spec: P-12, P-13
test("a browser without a window that stays on top says so", async ({ agent }) => {
  const { page } = agent;
  await page.addInitScript(() => {
    delete window.documentPictureInPicture;
  });
  await page.reload();
  await openDialog(agent, "Options");
  await expect(page.getByText("This browser cannot keep a small window on top of others")).toBeVisible();
  await expect(page.getByRole("button", { name: "Pin mini window" })).toBeHidden();
});

// spec: A-1
test("the readiness check says what keeps chats away", async ({ agent }) => {
  const { page } = agent;
  await openDialog(agent, "Am I ready?");
  const dialog = page.getByRole("dialog", { name: "Am I ready?" });
  await expect(dialog).toContainText("Connected. The server answers in");
  await expect(dialog).toContainText("Ready: new chats ring at you.");
  await expect(dialog).toContainText("0 of 3 in use.");
  await check(page, "readiness");
});
