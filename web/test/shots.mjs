/**
 * Pictures of every state of the built widget, for looking at: `node test/shots.mjs FOLDER [states] [looks]`.
 * Drives the same scripted server as the browser tests; proves nothing.
 */
import { mkdirSync, readFileSync } from "node:fs";
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
  await page.locator("beckon-chat .composer textarea").fill(text);
  await page.keyboard.press("Enter");
  await page.waitForTimeout(200);
};
const languages = ["ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr"];
/** @param {string} english @param {...string} keys */
const words = (english, ...keys) => {
  const other = languages
    .filter((tag) => tag !== "en")
    .flatMap((tag) => {
      const file = new URL(`../src/widget/chat/texts/${tag}.json`, import.meta.url);
      const texts = JSON.parse(readFileSync(file, "utf8"));
      return keys.map((key) => texts[key]);
    });
  return new RegExp(`^(${[english, ...other].join("|")})$`);
};
/** What is pressed. */
const buttons = {
  chat: words("Chat", "chat"),
  end: words("End chat|Close|Leave the queue", "end_chat", "close", "leave_queue"),
  minimise: words("Minimise", "minimise"),
  maximise: /^(Maximise|تكبير)$/,
  send: words("Send", "send"),
};
/** @param {string | RegExp} name @returns {(page: Page) => Promise<void>} */
const press = (name) => (page) => page.getByRole("button", { name, exact: true }).first().click();

const instead = {
  reason: "waited_too_long",
  alternative: { do: "enquiry" },
  queue: "q1",
  form,
};
const away = {
  type: "message",
  chat: "c1",
  message: { seq: 9, id: "m9", from: "system", name: "", text: "visitor_left", at: 0 },
};
/** @param {string} survey */
const surveyed = (survey) => ({
  type: "chat",
  chat: chat("ended", { ended_by: "agent", survey, transcript: "offered" }),
});
/** @param {number} seq @param {string} from @param {string} text @param {object} [file] */
const lengthy = (seq, from, text, file) => ({
  type: "message",
  chat: "c1",
  message: { ...message(seq, from, text).message, file },
});
const pdf = {
  id: "f1",
  name: "Aufbauanleitung-Stuhl-Oslo-Eiche-geoelt-mit-Armlehne-2026-endgueltig.pdf",
  media_type: "application/pdf",
  bytes: 3_400_000,
  url: "/files/f1",
};
const picture = {
  id: "f2",
  name: "chair.png",
  media_type: "image/png",
  bytes: 120_000,
  picture: { width: 800, height: 600 },
  url: "/files/f2",
  thumb_url: "/files/f2/thumb",
};
const long = [
  lengthy(
    1,
    "agent",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(2),
  ),
  lengthy(
    2,
    "visitor",
    "https://shop.example/a/very/long/address/that/does/not/end?with=parameters&and=more&and=moreofthem",
  ),
  lengthy(3, "agent", "", pdf),
  lengthy(4, "visitor", "", picture),
  lengthy(5, "visitor", "a".repeat(300)),
  lengthy(6, "agent", "First line\nSecond line\n\nAfter an empty line"),
];
/** @param {Page} page */
const lose = async (page) => {
  fake.refuse("all");
  fake.cut();
  await page.waitForTimeout(2_400);
};
/** @param {Page} page */
const fillIn = async (page) => {
  await page.getByLabel("First name").fill("Sam");
  await page.getByLabel("E-mail").fill("sam@shop.example");
  await page.getByLabel("I agree").check();
  await page.locator("beckon-chat button[type=submit]").click();
  await page.waitForTimeout(200);
};

const available = { type: "availability", open: true };
const presented = { type: "offer", offer: offer("card", false, "#f59e0b") };
const asked = { survey: "rating", transcript: "offered" };
/** @param {Page} page @param {object} alternative @param {object[]} then */
const lacking = async (page, alternative, then) => {
  await press(buttons.chat)(page);
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
      await press(buttons.maximise)(page);
    },
  },
  asking: { act: press(buttons.chat) },
  alternative: {
    act: async (page) => {
      await press(buttons.chat)(page);
      await page.waitForTimeout(200);
      const alternative = { do: "message", text: "Our team is back tomorrow at 9:00." };
      fake.send({ type: "alternative", reason: "no_agent", alternative });
    },
  },
  closed: {
    act: async (page) => {
      await press(buttons.chat)(page);
      await page.waitForTimeout(200);
      const opens_at = Date.now() + 40 * 3_600_000;
      fake.send({
        type: "alternative",
        reason: "out_of_hours",
        queue: "q1",
        alternative: { do: "message", text: "" },
        opens_at,
      });
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
      await press(buttons.send)(page);
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
  confirm: { over: { chat: chat("active") }, notices: talk, act: press(buttons.end) },
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
  ended_away: {
    over: { chat: chat("active") },
    notices: [...talk, away, { type: "chat", chat: chat("ended", { ended_by: "system" }) }],
  },
  long: {
    over: { chat: chat("active", { agent: { name: "Wolfeschlegelsteinhausenbergerdorff" } }) },
    notices: long,
  },
  survey: { over: { chat: chat("active") }, notices: [...talk, surveyed("rating")] },
  survey_comment: {
    over: { chat: chat("active") },
    notices: [...talk, surveyed("rating")],
    act: (page) => page.locator("beckon-chat label").filter({ hasText: "4" }).click(),
  },
  thumbs: { over: { chat: chat("active") }, notices: [...talk, surveyed("thumbs")] },
  enquiry_errors: {
    over: { chat: chat("active") },
    notices: [{ type: "chat", chat: chat("ended", { instead }) }],
    act: async (page) => {
      await page.getByLabel("E-mail").fill("sam@");
      await page.getByLabel("First name").fill("Sam");
      await page.getByLabel("I agree").check();
      await page.locator("beckon-chat button[type=submit]").click();
    },
  },
  failed: {
    act: async (page) => {
      await press(buttons.chat)(page);
      await page.waitForTimeout(200);
      fake.send({ type: "refused", code: "unavailable", detail: "" });
    },
  },
  form_failed: {
    over: { chat: chat("form", { form }) },
    act: async (page) => {
      await fillIn(page);
      fake.send({ type: "refused", code: "unavailable", detail: "" });
    },
  },
  form_lost: {
    over: { chat: chat("form", { form }) },
    act: lose,
  },
  queue_lost: {
    over: { chat: chat("queued", { position: 1, wait_s: 20 }) },
    act: lose,
  },
  confirm_queue: { over: { chat: chat("queued", { position: 3, wait_s: 170 }) }, act: press(buttons.end) },
  minimised: {
    over: { chat: chat("active") },
    notices: talk,
    act: async (page) => {
      await press(buttons.minimise)(page);
      fake.send(message(8, "agent", "Anything else?"));
    },
  },
};

/** @type {Record<string, import("playwright-core").BrowserContextOptions & { html?: string }>} */
const looks = {
  desktop: { viewport: { width: 1280, height: 800 } },
  desktop_dark: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  desktop_rtl: { viewport: { width: 1280, height: 800 }, html: '<html dir="rtl" lang="en"' },
  desktop_forced: { viewport: { width: 1280, height: 800 }, forcedColors: "active" },
  phone: { viewport: { width: 390, height: 844 } },
  phone_dark: { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  phone_side: { viewport: { width: 844, height: 390 }, hasTouch: true, isMobile: true },
  small: { viewport: { width: 320, height: 568 } },
};
for (const tag of languages) {
  const html = `<html dir="${tag === "ar" ? "rtl" : "ltr"}" lang="${tag}"`;
  looks[`desktop_${tag}`] = { viewport: { width: 1280, height: 800 }, html };
  looks[`phone_${tag}`] = { viewport: { width: 390, height: 844 }, html };
}

/** @param {string} name @param {string} wanted */
const chosen = (name, wanted) => !wanted || wanted === "all" || wanted.split(",").includes(name);

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.BECKON_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
for (const [look, { html, ...options }] of Object.entries(looks)) {
  if (!chosen(look, wanted_looks)) continue;
  fake.html((text) => (html ? text.replace('<html lang="en"', html) : text));
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
