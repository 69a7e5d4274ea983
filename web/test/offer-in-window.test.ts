/** An offer that comes while the chat window is open on what is over: the built widget in real Chromium. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { chat, fake, greet, offer, said, troubles, until, visit, welcome } from "./stage";

const ended = (over = {}) => ({ type: "chat", chat: chat("ended", { ended_by: "agent", ...over }) });
const presented = (form = "card") => ({
  type: "offer",
  offer: { ...offer, design: { ...offer.design, form } },
});
const nobody = (alternative: object, over = {}) => ({
  type: "alternative",
  reason: "no_agent",
  queue: "q1",
  alternative,
  ...over,
});
const question = {
  key: "question",
  type: "long_text",
  label: { en: "Your question" },
  help: {},
  choices: [],
};
const enquiry = nobody({ do: "enquiry" }, { form: [{ ...question, required: true }] });

const chatWindow = (page: Page) => page.getByRole("dialog", { name: "Nordic Home" });
const inWindow = (page: Page) => chatWindow(page).getByRole("heading", { name: "Any questions?" });

/** Opens the window on a chat that the agent has ended. */
async function ending(over = {}): Promise<Page> {
  greet({ chat: chat("active") });
  const page = await visit();
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  fake.send(ended(over));
  await page.getByText("Alice has ended the chat.").waitFor();
  return page;
}

/** Opens the window where nobody can be had. */
async function unanswered(alternative: object): Promise<Page> {
  fake.answer((frame) => {
    if (frame.type === "hello") return [welcome({ open: false })];
    return frame.type === "open_chat" ? [alternative] : [];
  });
  const page = await visit();
  await page.getByRole("button", { name: "Chat", exact: true }).click();
  return page;
}

it.each(["card", "toast", "banner", "modal", "inline"])(
  "shows an offer of the form %s above an ended chat, and its yes begins the next one there",
  async (form) => {
    // spec: O-4 O-5 X-4
    const page = await ending();
    fake.send(presented(form));
    await inWindow(page).waitFor();
    expect(await page.getByText("Any questions?", { exact: true }).count()).toBe(1);
    const heading = await inWindow(page).boundingBox();
    const end = await page.getByText("Alice has ended the chat.").boundingBox();
    expect(heading && end && heading.y < end.y).toBe(true);
    fake.answer((frame) =>
      frame.type === "accept" ? [{ type: "chat", chat: chat("active", { id: "c2" }) }] : [],
    );
    await chatWindow(page).getByRole("button", { name: "Yes" }).click();
    await page.getByRole("textbox", { name: "Message" }).waitFor();
    expect(said("accept")).toMatchObject([{ presentation: "p1" }]);
    expect(troubles).toEqual([]);
  },
);

it("leaves the ended chat and what is being written there when the offer is rejected, and the focus in the window", async () => {
  // spec: O-6 N-5
  const page = await ending({ survey: "rating", transcript: "offered" });
  await page.getByRole("radio", { name: "4 of 5" }).check({ force: true });
  const comment = page.getByRole("textbox", { name: "Anything to add" });
  await comment.fill("All was");
  fake.send(presented());
  await inWindow(page).waitFor();
  await comment.pressSequentially(" well");
  expect(await comment.inputValue()).toBe("All was well");
  await chatWindow(page).getByRole("button", { name: "No", exact: true }).click();
  await inWindow(page).waitFor({ state: "detached" });
  await until("reject");
  expect(await comment.inputValue()).toBe("All was well");
  expect(await chatWindow(page).evaluate((at) => at.matches(":focus"))).toBe(true);
  await page.getByRole("button", { name: "Send rating" }).click();
  await until("rate");
  expect(said("rate")).toMatchObject([{ rating: 4, comment: "All was well" }]);
});

it("keeps an ignored offer in the open window, where it is accepted late by beginning a new chat", async () => {
  // spec: O-7
  const page = await ending();
  fake.send(presented());
  await inWindow(page).waitFor();
  fake.send({ type: "settled", presentation: "p1", outcome: "ignored" });
  fake.send(ended({ transcript: "promised" }));
  await page.getByText("will be sent").waitFor();
  expect(await inWindow(page).count()).toBe(1);
  await page.getByRole("button", { name: "Start a new chat" }).click();
  await until("accept");
  expect(said("open_chat")).toEqual([]);
});

it("takes the offer out of the window when it is withdrawn", async () => {
  // spec: O-11
  const page = await ending();
  fake.send(presented());
  await inWindow(page).waitFor();
  fake.send({ type: "settled", presentation: "p1", outcome: "withdrawn" });
  await inWindow(page).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Start a new chat" }).waitFor();
});

it("stands in its own form again once the window is closed", async () => {
  // spec: O-2 X-4
  const page = await ending();
  fake.send(presented("modal"));
  await inWindow(page).waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("dialog", { name: "Any questions?" }).waitFor();
  expect(await chatWindow(page).count()).toBe(0);
});

it("shows an offer in place of the word that nobody is available, and a No minimises the window", async () => {
  // spec: O-4 P-2
  const page = await unanswered(nobody({ do: "message", text: "Later, please." }));
  await page.getByText("Later, please.").waitFor();
  fake.send({ type: "availability", open: true });
  fake.send(presented());
  await inWindow(page).waitFor();
  expect(await page.getByText("Later, please.").count()).toBe(0);
  await chatWindow(page).getByRole("button", { name: "No", exact: true }).click();
  await page.getByRole("button", { name: "Maximise" }).click();
  await inWindow(page).waitFor();
});

it("shows an offer above the enquiry that is being written, and keeps what is written", async () => {
  // spec: O-4 Q-6
  const page = await unanswered(enquiry);
  await page.getByLabel("Your question").fill("Is the chair");
  fake.send(presented());
  await inWindow(page).waitFor();
  await page.getByLabel("Your question").pressSequentially(" oiled?");
  await chatWindow(page).getByRole("button", { name: "No", exact: true }).click();
  await inWindow(page).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Send" }).click();
  await until("send_enquiry");
  expect(said("send_enquiry")).toMatchObject([{ answers: { question: "Is the chair oiled?" } }]);
});

it("offers the chat as soon as somebody is available for whom nobody was", async () => {
  // spec: Q-6
  const page = await unanswered(nobody({ do: "message", text: "Later, please." }));
  await page.getByText("Nobody is available right now").waitFor();
  expect(await page.getByRole("button", { name: "Start a new chat" }).count()).toBe(0);
  fake.send({ type: "availability", open: true });
  await page.getByText("Somebody is available now").waitFor();
  expect(await page.getByText("Nobody is available right now").count()).toBe(0);
  fake.answer((frame) => (frame.type === "open_chat" ? [{ type: "chat", chat: chat("active") }] : []));
  await page.getByRole("button", { name: "Start a new chat" }).click();
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  expect(said("open_chat")).toHaveLength(2);
});

it("keeps the focus in the window when what has it goes: a way to another page, a new chat, a question", async () => {
  // spec: Q-6 N-5
  const hasFocus = (page: Page) =>
    expect.poll(() => chatWindow(page).evaluate((at) => at.matches(":focus"))).toBe(true);
  const other = await visit();
  const asking = await unanswered(nobody({ do: "url", url: `${fake.shop}/second` }));
  await asking.waitForURL("**/second");
  await other.getByRole("link", { name: "Continue" }).focus();
  fake.send({ type: "availability", open: true });
  const anew = other.getByRole("button", { name: "Start a new chat" });
  await anew.waitFor();
  await hasFocus(other);
  await anew.focus();
  fake.send({ type: "availability", open: false });
  await other.getByText("Nobody is available right now").waitFor();
  await hasFocus(other);

  fake.send({ type: "chat", chat: chat("active", { transcript: "offered" }) });
  await other.getByRole("button", { name: "End chat" }).click();
  await other.getByRole("button", { name: "Continue" }).press("Enter");
  await hasFocus(other);
  fake.send(ended({ transcript: "offered" }));
  const address = other.getByRole("textbox", { name: "Conversation by e-mail" });
  await address.fill("kari@home.example");
  await address.press("Enter");
  await other.getByText("will be sent").waitFor();
  await hasFocus(other);
});

it("offers the chat above the enquiry, after a lost connection too, and takes it back", async () => {
  // spec: Q-6 T-6
  const page = await unanswered(enquiry);
  await page.getByLabel("Your question").fill("Is the chair oiled?");
  greet({ open: true });
  fake.cut();
  const anew = page.getByRole("button", { name: "Start a new chat" });
  await anew.waitFor();
  expect(await page.getByLabel("Your question").inputValue()).toBe("Is the chair oiled?");
  fake.send({ type: "availability", open: false });
  await anew.waitFor({ state: "detached" });
  await page.getByText(/leave us a message/i).waitFor();
});
