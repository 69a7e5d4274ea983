/** A chat that changes hands: two agents, a supervisor and a visitor, each in a browser of their own; and what comes after its end. */
import type { Locator } from "@playwright/test";
import { check, checkAsItIs } from "../support/access.ts";
import { addQueue, changeQueue } from "../support/admin.ts";
import type { Agent } from "../support/agent.ts";
import { heard, notes, setElsewhere, standInForAttention } from "../support/attention.ts";
import { another, anotherVisitor, chat, expect, test, withMail } from "../support/journey.ts";
import { Visitor } from "../support/visitor.ts";

// spec: Q-7 Q-9 X-2
test("a chat goes to an agent, a second one is asked in, and it goes to a queue, with notes that no visitor sees", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  await changeQueue(browser, demo, { routing: { ring_time_s: 120 } });
  await chat(visitor, agent);
  const bob = await another(browser, demo, "bob", errors);
  await bob.ready();
  await agent.page.getByRole("button", { name: "Transfer the chat" }).click();
  const dialog = agent.page.getByRole("dialog");
  await dialog.getByRole("radio", { name: /Bob Lund/ }).check();
  await dialog.getByRole("textbox", { name: /Note/ }).fill("Wants a discount");
  await check(agent.page, "transfer");
  await dialog.getByRole("button", { name: "Transfer", exact: true }).click();
  await expect(agent.page.getByText(/Offered to Bob Lund/).first()).toBeVisible();

  await expect(bob.ringing).toBeVisible();
  await check(bob.page, "ring card");
  // It is told for a while only.
  const word = agent.page.getByText(/Bob Lund has the chat with Kari now/);
  const told = expect(word).toBeVisible();
  await bob.answer();
  await told;
  await bob.sees("Wants a discount");
  await bob.sees("Hello, how can I help?");
  await bob.say("I can give you ten percent.");
  await visitor.sees("I can give you ten percent.");
  await expect(visitor.log.getByText("Bob Lund looks after you now.")).toBeVisible();
  await expect(visitor.log.getByText("Wants a discount")).toHaveCount(0);
  await expect(agent.composer).toBeHidden();
  await expect(agent.page.getByText("This chat belongs to Bob Lund.")).toBeVisible();
  await expect(word).toBeHidden();
  await check(agent.page, "a colleague's chat");

  await bob.page.getByRole("button", { name: "Invite another agent" }).click();
  const invite = bob.page.getByRole("dialog", { name: "Invite an agent to the chat with Kari" });
  await invite.getByRole("radio", { name: /Alice Berg/ }).check();
  await invite.getByRole("textbox", { name: /Note/ }).fill("You know the wood");
  await check(bob.page, "invite");
  await invite.getByRole("button", { name: "Invite", exact: true }).click();
  const card = agent.page.getByRole("region", { name: /^Kari is waiting/ });
  await expect(card).toContainText("Bob Lund asks you to join. “You know the wood”");
  await agent.answer();
  await expect(bob.page.getByText("Also in this chat: Alice Berg")).toBeVisible();
  await agent.say("It is oak, oiled twice.");
  await visitor.sees("It is oak, oiled twice.");
  await bob.sees("It is oak, oiled twice.");
  await bob.say("And it lasts.");
  await visitor.sees("And it lasts.");

  await addQueue(browser, demo, "Orders", "alice");
  await bob.page.getByRole("button", { name: "Transfer the chat" }).click();
  const transfer = bob.page.getByRole("dialog", { name: "Transfer the chat with Kari" });
  await transfer.getByText("A queue", { exact: true }).click();
  await transfer.getByRole("radio", { name: /Orders/ }).check();
  await transfer.getByRole("textbox", { name: /Note/ }).fill("Takes four of them");
  await transfer.getByRole("button", { name: "Transfer", exact: true }).click();
  await expect(bob.composer).toBeHidden();
  await expect(visitor.log.getByText("You are being passed on. Your conversation is kept.")).toBeVisible();
  await visitor.sees("And it lasts.");
  await visitor.say("In oak, please.");
  await agent.answer();
  await agent.sees("Takes four of them");
  await agent.sees("In oak, please.");
  const session = agent.page.getByRole("complementary", { name: "Active session" });
  await expect(session.getByText("Orders", { exact: true })).toBeVisible();
  await agent.say("Shall I order them?");
  await visitor.sees("Shall I order them?");

  await visitor.page.reload();
  await visitor.sees("I can give you ten percent.");
  await visitor.sees("Shall I order them?");
  await expect(visitor.widget.getByText(/Wants a discount|know the wood|Takes four/)).toHaveCount(0);
});

// spec: Q-9 X-6
test("a supervisor watches unseen, whispers, joins, is called by what the visitor writes, and takes the chat over", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  await chat(visitor, agent);
  const sue = await another(browser, demo, "sue", errors);
  await standInForAttention(sue.page);
  await sue.page.getByRole("link", { name: /Kari/ }).first().click();
  await sue.page.getByRole("button", { name: "Watch", exact: true }).click();
  await expect(sue.page.getByText(/You are watching/)).toBeVisible();
  await sue.sees("Hello, how can I help?");
  await check(sue.page, "watching");
  const note = sue.page.getByRole("textbox", { name: "Note to the team" });
  await note.fill("Offer the oiled one");
  await note.press("Enter");
  await agent.sees("Offer the oiled one");
  await expect(agent.log.getByText("Only your team sees this").first()).toBeVisible();
  const noticed = async () => ({
    notes: (await notes(sue.page)).map(({ body }) => body),
    sounds: await heard(sue.page, "message"),
  });
  await setElsewhere(sue.page, true);
  await visitor.say("I am thinking");
  await sue.sees("I am thinking");
  expect(await noticed(), "who only watches is not called").toEqual({ notes: [], sounds: 0 });
  await setElsewhere(sue.page, false);

  await agent.composer.fill("I was about to say");
  await sue.page.getByRole("button", { name: "Join", exact: true }).click();
  await expect(visitor.log.getByText("Sue Dahl has joined the chat.")).toBeVisible();
  await setElsewhere(sue.page, true);
  await visitor.say("And the price?");
  await expect.poll(noticed).toEqual({ notes: ["And the price?"], sounds: 1 });
  await visitor.say("For four of them");
  await expect
    .poll(noticed, { message: "each message calls, though it takes the place of the one before" })
    .toEqual({ notes: ["And the price?", "For four of them"], sounds: 2 });
  // The owner reads it, and the guest still has not.
  await expect(visitor.log.getByText("Read", { exact: true })).toBeVisible();
  await checkAsItIs(sue.page, "guest");
  const unread = sue.page.getByRole("img", { name: "2 unread messages" });
  await expect(unread).toBeVisible();
  await setElsewhere(sue.page, false);
  await expect(unread).toBeHidden();
  await sue.page.getByRole("button", { name: "Take over" }).click();
  const take = sue.page.getByRole("dialog").getByRole("button", { name: "Take over" });
  await expect(take).toBeVisible();
  await check(sue.page, "taking over");
  await take.click();
  await expect(visitor.log.getByText("Sue Dahl looks after you now.")).toBeVisible();
  await sue.say("Good morning, I go on from here.");
  await visitor.sees("Good morning, I go on from here.");
  await expect(agent.page.getByText("I was about to say")).toBeVisible();
  await expect(agent.page.getByRole("button", { name: "Copy the draft" })).toBeVisible();
  await expect(agent.page.getByText(/Sue Dahl has the chat with Kari now/)).toBeHidden();
  await check(agent.page, "kept draft");
  await expect(visitor.widget.getByText("Offer the oiled one")).toHaveCount(0);
});

// spec: Q-9 X-6
test("two agents, a supervisor and three visitors at once read what is theirs and nothing else", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  const says = async (who: Visitor, to: Agent, name: string) => {
    await who.say(`${name} asks`);
    await to.sees(`${name} asks`);
    await to.say(`${name} is told`);
    await who.sees(`${name} is told`);
  };
  await changeQueue(browser, demo, { routing: { ring_time_s: 120 } });
  await chat(visitor, agent);
  const ola = await anotherVisitor(browser, demo, errors);
  const nora = await anotherVisitor(browser, demo, errors);
  for (const [who, name] of [
    [ola, "Ola"],
    [nora, "Nora"],
  ] as const) {
    await who.ask(name);
    await expect(who.widget.getByRole("heading", { name: /You are (in the queue|next)/ })).toBeVisible();
    await expect(agent.page.getByRole("button", { name: `Accept the chat with ${name}` })).toBeVisible();
  }
  await says(visitor, agent, "Kari");
  await agent.page.getByRole("button", { name: "Decline the chat with Nora" }).click();
  await agent.page.getByRole("button", { name: "Accept the chat with Ola" }).click();
  await expect(agent.page.getByRole("heading", { level: 1, name: "Ola" })).toBeVisible();
  const bob = await another(browser, demo, "bob", errors);
  await bob.ready();
  await bob.answer();
  const sue = await another(browser, demo, "sue", errors);
  await sue.page.getByRole("link", { name: /Nora/ }).first().click();
  await sue.page.getByRole("button", { name: "Watch", exact: true }).click();
  await Promise.all([says(ola, agent, "Ola"), says(nora, bob, "Nora"), visitor.say("Kari goes on")]);
  await sue.sees("Nora asks");
  await sue.sees("Nora is told");

  const texts = (who: Visitor) => expect(who.log.locator(".bubble"));
  await texts(visitor).toHaveText(["Hello, how can I help?", "Kari asks", "Kari is told", "Kari goes on"]);
  await texts(ola).toHaveText(["Ola asks", "Ola is told"]);
  await texts(nora).toHaveText(["Nora asks", "Nora is told"]);
  await expect(sue.log).not.toContainText(/Kari|Ola/);
  await expect(bob.page.getByText(/(Kari|Ola) (asks|is told|goes on)/)).toHaveCount(0);
  await expect(agent.log).not.toContainText(/Kari|Nora/);
  await agent.page.getByRole("link", { name: /Kari/ }).first().click();
  await agent.sees("Kari goes on");
  await expect(agent.log).not.toContainText(/Ola|Nora/);
  await expect(agent.page.getByText(/Nora (asks|is told)/)).toHaveCount(0);
});

/** Sets on its page what is asked of agent and visitor after the end of a chat. */
async function conduct(admin: Agent): Promise<void> {
  const { page } = admin;
  const { items: sites } = await admin.read<{ items: { id: string }[] }>("/sites");
  const path = `/sites/${sites[0]?.id}/queues`;
  const { items: queues } = await admin.read<{ items: { id: string }[] }>(path);
  await page.goto(`/admin${path}/${queues[0]?.id}?tab=conduct`);
  await expect(page.getByRole("textbox", { name: "Warn after" })).toHaveValue("10 s");
  await expect(page.getByRole("textbox", { name: "Close after the warning" })).toHaveValue("600 s");
  await page.getByRole("textbox", { name: "Close by itself after" }).fill("300");
  const outcomes = page.getByLabel("What a chat can come to", { exact: true }).first();
  for (const outcome of ["Sold", "Advice only"]) {
    await outcomes.fill(outcome);
    await outcomes.press("Enter");
  }
  await page.getByRole("checkbox", { name: "A chat cannot be closed without choosing one" }).check();
  await page.getByRole("radio", { name: "One to five, with a comment" }).check();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("There are unsaved changes.")).toHaveCount(0);
}

/** The seconds of a text grow less. */
async function countsDown(text: Locator): Promise<void> {
  await expect(text).toBeVisible();
  const seconds = async () => Number((await text.innerText()).match(/\d+/)?.[0]);
  const first = await seconds();
  await expect.poll(seconds).toBeLessThan(first);
}

/** Until the widget says this to who cannot see it. The text is there for a moment only, so the page itself listens for it. */
function hears(visitor: Visitor, text: string): Promise<void> {
  const wait_ms_max = 30_000;
  return visitor.widget.evaluate(
    ({ shadowRoot }, [text, wait_ms_max]) =>
      new Promise<void>((heard, reject) => {
        if (!shadowRoot) throw new Error("the widget's shadow root is open");
        const timer = setTimeout(() => reject(new Error(`nothing says: ${text}`)), wait_ms_max);
        const observer = new MutationObserver(() => {
          const regions = Array.from(shadowRoot.querySelectorAll("[role=status]"));
          if (!regions.some(({ textContent }) => textContent === text)) return;
          clearTimeout(timer);
          observer.disconnect();
          heard();
        });
        observer.observe(shadowRoot, { subtree: true, childList: true, characterData: true });
      }),
    [text, wait_ms_max] as const,
  );
}

// spec: P-7 Q-10
withMail(
  "a visitor who is silent is warned, though they have minimised it; after the end they are sent the chat and rate it; the agent notes what it came to",
  async ({ browser, demo, errors, visitor, agent, smtpd }) => {
    const admin = await another(browser, demo, "admin", errors);
    await changeQueue(browser, demo, { conduct: { idle_warn_after_s: 10, idle_close_after_s: 600 } });
    await conduct(admin);
    await chat(visitor, agent);

    await visitor.widget.getByRole("button", { name: "Minimise" }).click();
    const maximise = visitor.widget.getByRole("button", { name: "Maximise" });
    await expect(maximise).toBeVisible();
    await expect(visitor.widget.locator("#unread")).toBeHidden();
    const idle = agent.page.getByText(/^The visitor does not answer\. The chat closes in 5\d\d s\.$/);
    const warning = "Are you still there? Without an answer the chat closes soon.";
    const said = hears(visitor, warning);
    await expect(idle).toBeVisible({ timeout: 30_000 });
    await said;
    await countsDown(idle);
    await expect(visitor.widget.locator("#unread")).toHaveText("1");
    await maximise.click();
    await expect(visitor.log.getByText(warning)).toBeVisible();
    await check(visitor.page, "idle warning");
    await check(agent.page, "visitor who does not answer");
    await expect(visitor.widget.locator("#unread")).toBeHidden();
    await visitor.say("Still here");
    await expect(idle).toBeHidden();

    await visitor.end();
    await expect(visitor.widget.getByText("You have ended the chat.")).toBeVisible();
    const address = visitor.widget.getByRole("textbox", { name: "Conversation by e-mail" });
    await address.fill("kari@home");
    await address.press("Enter");
    await expect(address).toHaveAccessibleDescription("Please enter a valid e-mail address.");
    await check(visitor.page, "survey");
    await address.fill("kari@home.example");
    await visitor.send.click();
    await expect(visitor.widget.getByText("The conversation will be sent to you by e-mail.")).toBeVisible();
    await expect.poll(async () => (await smtpd.mails()).length).toBe(1);
    const [mail = ""] = await smtpd.mails();
    expect(mail).toMatch(/^To: kari@home\.example$/m);
    expect(mail.indexOf("Hello, how can I help?")).toBeGreaterThan(0);
    expect(mail.indexOf("Still here")).toBeGreaterThan(mail.indexOf("Hello, how can I help?"));
    await visitor.widget.getByRole("radio", { name: "4 of 5" }).check({ force: true });
    await visitor.widget.getByRole("textbox", { name: /Anything to add/ }).fill("Quick and kind");
    await visitor.widget.getByRole("button", { name: "Send rating" }).click();
    await expect(visitor.widget.getByText("Thank you for your answer.")).toBeVisible();

    await expect(agent.page.getByText("Quick and kind")).toBeVisible();
    await expect(agent.page.getByText("4 of 5")).toBeVisible();
    await countsDown(agent.page.getByText(/^Closes by itself in [2-3]\d\d s$/));
    await check(agent.page, "wrap-up");
    await check(visitor.page, "rated");
    const close = agent.page.getByRole("button", { name: "Close", exact: true });
    await expect(close).toBeDisabled();
    await agent.page
      .getByRole("combobox", { name: /Came to/ })
      .or(agent.page.getByRole("textbox", { name: /Came to/ }))
      .click();
    await agent.page.getByRole("option", { name: "Sold" }).click();
    await close.click();
    await expect(agent.page.getByText("No chats at the moment")).toBeVisible();
  },
);

// spec: P-7 Q-10
test("when the agent ends the chat the visitor sees it, in every tab, and says whether it helped; it is put away by itself", async ({
  browser,
  demo,
  visitor,
  agent,
}) => {
  await changeQueue(browser, demo, { conduct: { survey: "thumbs", wrap_up_s: 45 } });
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
  await expect(other.widget.getByText("Were we able to help?")).toBeVisible();
  await other.widget.getByRole("radio", { name: "No", exact: true }).check({ force: true });
  await other.widget.getByRole("button", { name: "Send rating" }).click();
  await expect(other.widget.getByText("Thank you for your answer.")).toBeVisible();
  const { page } = agent;
  const session = page.getByRole("complementary", { name: "Active session" });
  await expect(session.getByText("Did not help")).toBeVisible();
  await expect(page.getByText(/^Closes by itself in \d+ s$/)).toBeVisible();
  await expect(page.getByText("No chats at the moment")).toBeVisible({ timeout: 60_000 });
});

// spec: Q-10
test("what an agent notes of an ended chat is there after a look at another one, and kept when its time runs out", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  await changeQueue(browser, demo, { conduct: { wrap_up_s: 30 } });
  await chat(visitor, agent);
  const ola = await anotherVisitor(browser, demo, errors);
  await ola.ask("Ola");
  await agent.answer();
  const { page } = agent;
  const kari = page.getByRole("link", { name: /Kari/ });
  await kari.click();
  await visitor.end();
  const note = page.getByRole("textbox", { name: "Note", exact: true });
  await note.fill("Wants four");
  await page.getByRole("link", { name: /Ola/ }).click();
  await expect(note).toBeHidden();
  await kari.click();
  await expect(note).toHaveValue("Wants four");
  await note.fill("Wants four by May");
  // A tag that is not finished when the time runs out.
  await page.getByLabel("Tags", { exact: true }).first().fill("bulk");
  await expect(kari, "it is put away by itself").toBeHidden({ timeout: 45_000 });
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("list", { name: "List of ended chats" }).getByRole("link", { name: /Kari/ }).click();
  const session = page.getByRole("complementary");
  await expect(session.getByText("Wants four by May")).toBeVisible();
  await expect(session.getByText("bulk", { exact: true })).toBeVisible();
  await ola.page.context().close();
});

/** The address of the tab that a console opens next. */
async function opened(agent: Agent): Promise<string> {
  const tab = await agent.page.context().waitForEvent("page", { timeout: 15_000 });
  await tab.waitForURL(/record/);
  return tab.url();
}

// spec: Q-12
test("the record is opened for who begins a chat with a visitor, and for who takes it over", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  const screen_pop = { url: "https://record.example/{chat_id}", open: "tab" };
  await changeQueue(browser, demo, { conduct: { screen_pop } });
  const sue = await another(browser, demo, "sue", errors);
  for (const { page } of [agent, sue])
    await page.context().route("https://record.example/**", (route) => route.fulfill({ body: "The record" }));
  await visitor.page.goto("/");
  await agent.page.getByRole("link", { name: "Visitors" }).click();
  await agent.page.getByRole("button", { name: /^Open the visit of/ }).click();
  const begun = opened(agent);
  await agent.page.getByRole("button", { name: "Begin a chat" }).click();
  await expect(agent.composer).toBeVisible();
  const record = `https://record.example/${agent.page.url().split("/").at(-1)}`;
  expect(await begun).toBe(record);
  await agent.page.bringToFront();
  await agent.say("Good morning.");
  await visitor.sees("Good morning.");

  await sue.page.goto(agent.page.url());
  await sue.page.getByRole("button", { name: "Take over" }).click();
  const taken_over = opened(sue);
  await sue.page.getByRole("dialog").getByRole("button", { name: "Take over" }).click();
  expect(await taken_over).toBe(record);
});
