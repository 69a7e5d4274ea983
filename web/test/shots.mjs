/**
 * Pictures of every state of the built widget, for looking at: `node test/shots.mjs FOLDER [states] [looks]`.
 * Drives the same scripted server as the browser tests; proves nothing.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { startFake } from "./fake-server.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ over?: object, notices?: object[], act?: (page: Page) => Promise<unknown> }} Scene */

const [folder = "shots", wanted_states = "", wanted_looks = ""] = process.argv.slice(2);
const ten_minutes_ago = Date.now() - 600_000;

const styling = {
  color: "#0f766e",
  logo_url: null,
  position: "end",
  title: "Nordic Home",
  greeting: "",
  launcher: "round",
  launcher_label: "",
};
const texts = {
  en: {
    title: "Questions about the Oslo chair?",
    body: "We know our chairs well. Ask us about sizes, wood or delivery.",
    accept_label: "Yes, please",
    reject_label: "No, thanks",
  },
  de: {
    title: "Fragen zum Stuhl Oslo?",
    body: "Wir kennen unsere Stühle gut. Fragen Sie nach Maßen, Holz oder Lieferung.",
    accept_label: "Ja, bitte",
    reject_label: "Nein, danke",
  },
};
/** @param {string} form */
const offer = (form, folded = false, color = styling.color) => ({
  id: "p1",
  presented_at: 0,
  folded,
  design: { form, position: "end", color, logo_url: null, image_url: null, default_language: "en", texts },
});
/** @param {string} key @param {string} type @param {string} label @param {boolean} required @param {string[]} choices */
const field = (key, type, label, required, choices = []) => ({
  key,
  type,
  label: { en: label },
  help: {},
  required,
  choices,
});
const form = [
  field("name", "text", "First name", true),
  field("email", "email", "E-mail", true),
  field("topic", "select", "What is it about?", false, ["Product", "Delivery", "Return"]),
  field("question", "long_text", "Your question", false),
  field("consent", "consent", "I agree that my answers are stored for this chat.", true),
];
/** @param {string} state */
const chat = (state, over = {}) => ({
  id: "c1",
  state,
  last_seq: 0,
  agent_read_seq: 7,
  visitor_read_seq: 0,
  agent_delivered_seq: 7,
  visitor_delivered_seq: 0,
  files: true,
  agent: { name: "Alice" },
  ...over,
});
/** @type {[string, string][]} */
const lines = [
  ["system", "agent_joined"],
  ["agent", "Hello, I am Alice. How can I help?"],
  ["visitor", "Hello. Is the Oslo chair also available in walnut?"],
  ["visitor", "And how long is delivery?"],
  ["agent", "Yes, in walnut and in oak, both oiled."],
  [
    "agent",
    "Delivery takes about five working days: https://shop.example/delivery, or write to help@shop.example.",
  ],
  ["visitor", "Thank you, that helps."],
];
/** @param {number} seq @param {string} from @param {string} text */
const message = (seq, from, text) => ({
  type: "message",
  chat: "c1",
  message: { seq, id: `m${seq}`, from, name: "Alice", text, at: ten_minutes_ago + seq * 50_000 },
});
const talk = lines.map(([from, text], i) => message(i + 1, from, text));

const fake = await startFake();
/** @param {Page} page @param {string} text */
const say = async (page, text) => {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
  await page.waitForTimeout(200);
};
/** @param {string} name @returns {(page: Page) => Promise<void>} */
const press = (name) => (page) => page.getByRole("button", { name, exact: true }).click();

const available = { type: "availability", open: true };
const presented = { type: "offer", offer: offer("card", false, "#f59e0b") };
const asked = { survey: "rating", transcript: "offered" };
/** @param {Page} page @param {object} alternative @param {object[]} then */
const lacking = async (page, alternative, then) => {
  await press("Chat")(page);
  await page.waitForTimeout(200);
  fake.send({ type: "alternative", reason: "no_agent", queue: "q1", alternative, form });
  for (const notice of then) fake.send(notice);
};

/** @type {Record<string, Scene>} */
const scenes = {
  launcher: {},
  card: { over: { offer: offer("card") } },
  card_amber: { over: { offer: offer("card", false, "#f59e0b") } },
  toast: { over: { offer: offer("toast") } },
  banner: { over: { offer: offer("banner") } },
  modal: { over: { offer: offer("modal") } },
  inline: { over: { offer: offer("inline") } },
  folded: { over: { offer: offer("card", true) } },
  rejected: { over: { offer: offer("card") }, act: press("No, thanks") },
  invitation: {
    over: { offer: offer("card") },
    act: async (page) => {
      await press("No, thanks")(page);
      await press("Maximise")(page);
    },
  },
  asking: { act: press("Chat") },
  alternative: {
    act: async (page) => {
      await press("Chat")(page);
      await page.waitForTimeout(200);
      const alternative = { do: "message", text: "Our team is back tomorrow at 9:00." };
      fake.send({ type: "alternative", reason: "no_agent", alternative });
    },
  },
  alternative_over: { act: (page) => lacking(page, { do: "message", text: "" }, [available]) },
  enquiry: { act: (page) => lacking(page, { do: "enquiry" }, []) },
  enquiry_over: { act: (page) => lacking(page, { do: "enquiry" }, [available]) },
  enquiry_offer: { act: (page) => lacking(page, { do: "enquiry" }, [available, presented]) },
  form: { over: { chat: chat("form", { form }) } },
  form_errors: {
    over: { chat: chat("form", { form }) },
    act: async (page) => {
      await page.getByLabel("First name").fill("Sam");
      await page.getByLabel("E-mail").fill("sam@");
      await page.getByLabel("I agree").check();
      await press("Send")(page);
    },
  },
  queue: { over: { chat: chat("queued", { position: 3, wait_s: 170 }) } },
  chat: { over: { chat: chat("active") }, notices: talk },
  typing: { over: { chat: chat("active") }, notices: [...talk, { type: "typing", chat: "c1" }] },
  lost: {
    over: { chat: chat("active") },
    notices: talk,
    act: async (page) => {
      fake.refuse("all");
      fake.cut();
      await say(page, "Are you still there?");
      await page.waitForTimeout(1_800);
    },
  },
  not_sent: {
    over: { chat: chat("active") },
    notices: talk,
    act: async (page) => {
      await say(page, "Are you still there?");
      const { id } = fake.frames.filter((frame) => frame.type === "say").at(-1) ?? {};
      fake.send({ type: "refused", id, code: "too_many", detail: "" });
    },
  },
  confirm: { over: { chat: chat("active") }, notices: talk, act: press("End chat") },
  ended: {
    over: { chat: chat("active") },
    notices: [...talk, { type: "chat", chat: chat("ended", { ended_by: "agent" }) }],
  },
  ended_offer: {
    over: { chat: chat("active") },
    notices: [...talk, { type: "chat", chat: chat("ended", { ended_by: "agent" }) }, presented],
  },
  survey_offer: {
    over: { chat: chat("active") },
    notices: [...talk, { type: "chat", chat: chat("ended", { ended_by: "agent", ...asked }) }, presented],
    act: async (page) => {
      await page.getByRole("radio", { name: "4 of 5" }).check({ force: true });
      await page.getByRole("textbox", { name: "Anything to add" }).fill("All was well");
    },
  },
  minimised: {
    over: { chat: chat("active") },
    notices: talk,
    act: async (page) => {
      await press("Minimise")(page);
      fake.send(message(8, "agent", "Anything else?"));
    },
  },
};

/** @type {Record<string, import("playwright-core").BrowserContextOptions & { rtl?: boolean }>} */
const looks = {
  desktop: { viewport: { width: 1280, height: 800 } },
  desktop_dark: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  desktop_rtl: { viewport: { width: 1280, height: 800 }, rtl: true },
  desktop_forced: { viewport: { width: 1280, height: 800 }, forcedColors: "active" },
  phone: { viewport: { width: 390, height: 844 } },
  phone_dark: { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  small: { viewport: { width: 320, height: 568 } },
};

/** @param {string} name @param {string} wanted */
const chosen = (name, wanted) => !wanted || wanted === "all" || wanted.split(",").includes(name);

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.BECKON_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
for (const [look, { rtl, ...options }] of Object.entries(looks)) {
  if (!chosen(look, wanted_looks)) continue;
  fake.html((text) => (rtl ? text.replace("<html", '<html dir="rtl"') : text));
  for (const [name, scene] of Object.entries(scenes)) {
    if (!chosen(name, wanted_states)) continue;
    const context = await browser.newContext({ reducedMotion: "reduce", ...options });
    await context.addInitScript(() => {
      const attach = Element.prototype.attachShadow;
      /** @param {ShadowRootInit} init */
      Element.prototype.attachShadow = function (init) {
        return attach.call(this, { ...init, mode: "open" });
      };
    });
    const welcome = {
      type: "welcome",
      v: 1,
      token: "t",
      visit: "v",
      poll_interval_s: 10,
      styling,
      open: true,
    };
    fake.answer((frame) =>
      frame.type === "hello"
        ? [{ ...welcome, offer: null, chat: null, ...scene.over }, ...(scene.notices ?? [])]
        : [],
    );
    const page = await context.newPage();
    page.on("pageerror", (error) => console.log(`${look} ${name}: ${error.message}`));
    await page.goto(fake.shop);
    await page.waitForTimeout(500);
    await scene.act?.(page);
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(folder, `${look}-${name}.png`) });
    await context.close();
    fake.refuse("nothing");
  }
}
await browser.close();
await fake.close();
