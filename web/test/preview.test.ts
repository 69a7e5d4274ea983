/** The page in which the console shows the widget: the built files in real Chromium, told what to show. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { type PreviewConfig, type Scene, scenes } from "../src/api/preview";
import { startFake } from "./fake-server.mjs";
import { context, fake, troubles } from "./stage";

const field = (key: string, type: "text" | "email", label: string) => ({
  key,
  type,
  label: { en: label },
  help: {},
  required: true,
  choices: [],
});

const config = (over: Partial<PreviewConfig> = {}): PreviewConfig => ({
  type: "beckon_preview",
  scene: "launcher",
  language: "en",
  right_to_left: false,
  dark: false,
  styling: {
    color: "#0f766e",
    logo_url: null,
    position: "end",
    title: "Nordic Home",
    greeting: "Hello there",
    launcher: "round",
    launcher_label: "",
  },
  design: {
    form: "card",
    position: "end",
    color: "#0f766e",
    logo_url: null,
    image_url: null,
    default_language: "en",
    texts: { en: { title: "May we help?", body: "Ask us.", accept_label: "Yes", reject_label: "No" } },
  },
  form: [field("name", "text", "First name"), field("email", "email", "E-mail")],
  enquiry: [field("question", "text", "Your question")],
  survey: "rating",
  instead: { out_of_hours: "We are back at nine.", channel_off: "", no_agent: "Everyone is busy." },
  opens_at: null,
  ...over,
});

async function open(): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (entry) => {
    if (entry.type() === "error" || entry.type() === "warning") troubles.push(entry.text());
  });
  await page.goto(`${fake.live}/preview.html`);
  return page;
}

const show = (page: Page, wanted: PreviewConfig) =>
  page.evaluate((told) => window.postMessage(told, location.origin), wanted);

/** What is to be seen in each state. */
const marks: Record<Scene, (page: Page) => ReturnType<Page["locator"]>> = {
  launcher: (page) => page.getByRole("button", { name: "Chat", exact: true }),
  unread: (page) => page.locator("#unread", { hasText: "2" }),
  card: (page) => page.locator(".offer.card"),
  toast: (page) => page.locator(".offer.toast"),
  banner: (page) => page.locator(".offer.banner"),
  modal: (page) => page.getByRole("dialog", { name: "May we help?" }),
  inline: (page) => page.locator("[data-beckon-slot] .offer.inline"),
  folded: (page) => page.locator("#unread:empty:visible"),
  invitation: (page) => page.locator(".window .invitation"),
  form: (page) => page.getByLabel("First name"),
  form_errors: (page) => page.locator("[aria-invalid=true]").first(),
  queue: (page) => page.locator(".window", { hasText: "3" }),
  alerted: (page) => page.locator(".window", { hasText: "1" }),
  conversation: (page) => page.getByRole("textbox", { name: "Message" }),
  ended: (page) => page.getByRole("button", { name: "Start a new chat" }),
  survey: (page) => page.getByRole("radio").first(),
  transcript: (page) => page.getByRole("textbox", { name: /e-mail/i }),
  out_of_hours: (page) => page.getByText("We are back at nine."),
  channel_off: (page) => page.getByText("Chat is switched off"),
  no_agent: (page) => page.getByText("Everyone is busy."),
  enquiry: (page) => page.getByLabel("Your question"),
  enquiry_taken: (page) => page.locator(".panel.message"),
  minimised: (page) => page.getByRole("button", { name: "Maximise" }),
};

it("shows the real widget in every state, without a visit and without a connection", async () => {
  // spec: Q-11
  const page = await open();
  for (const scene of scenes) {
    await show(page, config({ scene }));
    await marks[scene](page)
      .waitFor({ timeout: 5_000 })
      .catch((error: Error) => {
        throw new Error(`${scene}: ${error.message}`);
      });
    expect(await page.locator("beckon-chat").count(), scene).toBe(1);
  }
  expect(fake.requests.filter((request) => request.includes("/live/"))).toEqual([]);
  expect(fake.frames).toEqual([]);
  expect(
    await page.evaluate(() => Object.keys(localStorage).length + Object.keys(sessionStorage).length),
  ).toBe(0);
  expect(troubles).toEqual([]);
});

it("follows what is edited without beginning anew", async () => {
  // spec: Q-11
  const page = await open();
  const { styling, design } = config();
  await show(page, config({ scene: "form" }));
  await page.getByLabel("First name").fill("Sam");
  await page.getByLabel("E-mail").fill("sam@example.com");
  await show(page, config({ scene: "form", styling: { ...styling, title: "New title", color: "#ffd400" } }));
  await page.getByRole("heading", { name: "New title" }).waitFor();
  expect(await page.getByLabel("First name").inputValue()).toBe("Sam");
  const send = page.getByRole("button", { name: "Send" });
  expect(await send.evaluate((button) => getComputedStyle(button).color)).toBe("rgb(16, 20, 24)");
  const texts = { en: { ...design.texts.en, title: "Other words" } } as typeof design.texts;
  await show(page, config({ scene: "card", design: { ...design, texts } }));
  await page.getByRole("heading", { name: "Other words" }).waitFor();
  await show(page, config({ styling: { ...styling, launcher: "labelled", launcher_label: "Ask us" } }));
  const launcher = page.getByRole("button", { name: "Ask us" });
  await launcher.waitFor();
  expect(await launcher.innerText()).toContain("Ask us");
  await show(page, config({ styling: { ...styling, launcher: "hidden" } }));
  await launcher.waitFor({ state: "hidden" });
});

it("has the greeting as the first line of form, queue and conversation, and of nothing else", async () => {
  // spec: Q-11
  const page = await open();
  const { styling } = config();
  const begins = async (scene: Scene, greeting: string, expected: string) => {
    await show(page, config({ scene, styling: { ...styling, greeting } }));
    const text = () => page.locator(".window > :not(header)").innerText();
    await expect.poll(async () => (await text()).split("\n")[0], { message: scene }).toBe(expected);
  };
  for (const scene of ["form", "queue", "alerted", "conversation", "ended"] as const)
    await begins(scene, "Hello there", "Hello there");
  await begins("form", "", "Please tell us a few things before we start.");
  await begins("queue", "", "You are in the queue");
  await begins("conversation", "", "Alice has joined the chat.");
  await begins("conversation", "Hello there", "Hello there");
  await begins("no_agent", "Hello there", "Nobody is available right now");
});

it("shows dark and right to left by choice", async () => {
  // spec: Q-11 N-5
  const page = await open();
  const ground = () => page.locator(".window").evaluate((window) => getComputedStyle(window).backgroundColor);
  await show(page, config({ scene: "conversation" }));
  await page.locator(".window").waitFor();
  expect(await ground()).toBe("rgb(255, 255, 255)");
  await show(page, config({ scene: "conversation", dark: true }));
  await expect.poll(ground).toBe("rgb(27, 30, 34)");
  await show(page, config({ scene: "conversation", language: "ar", right_to_left: true }));
  await expect.poll(ground).toBe("rgb(255, 255, 255)");
  expect(await page.locator(".beckon").getAttribute("dir")).toBe("rtl");
  await page.getByText("كم يستغرق التوصيل؟").waitFor();
});

it("can be tried: what is done in it is answered", async () => {
  const page = await open();
  await show(page, config({ scene: "card" }));
  await page.getByRole("button", { name: "Yes" }).click();
  await page.getByLabel("First name").fill("Sam");
  await page.getByLabel("E-mail").fill("sam@example.com");
  await page.getByRole("button", { name: "Send" }).click();
  await marks.queue(page).or(page.locator(".window")).first().waitFor();
  expect(fake.frames).toEqual([]);
});

it("listens to nobody but its own console", async () => {
  // spec: X-7
  const page = await context.newPage();
  const other = await startFake();
  await page.goto(`${other.live}/beckon-track.js`);
  await page.evaluate((src) => {
    document.body.append(Object.assign(document.createElement("iframe"), { src }));
  }, `${fake.live}/preview.html`);
  await expect.poll(() => fake.requests.includes("GET /beckon-launcher.js")).toBe(true);
  await page.evaluate((told) => window.frames[0]?.postMessage(told, "*"), config({ scene: "card" }));
  await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
  const frame = page.frames().find((known) => known.url().endsWith("preview.html"));
  expect(await frame?.locator("beckon-chat").count()).toBe(0);
  await other.close();
});
