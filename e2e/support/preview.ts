/** The page on which the console shows the widget in any of its states, here without the console around it. */
import { type Browser, expect, type Page } from "@playwright/test";
import type { Demo } from "./demo.ts";
import { openShadowRoots } from "./visitor.ts";

export interface Look {
  language: string;
  right_to_left: boolean;
  dark: boolean;
}

const field = (key: string, type: string, label: string, over: object = {}) => ({
  key,
  type,
  label: { en: label },
  help: {},
  required: false,
  choices: [],
  ...over,
});

const form = [
  field("name", "text", "First name", { required: true }),
  field("email", "email", "E-mail", { required: true, help: { en: "Only for the answer." } }),
  field("phone", "phone", "Phone"),
  field("count", "number", "How many"),
  field("topic", "select", "What is it about?", { choices: ["Product", "Delivery"] }),
  field("question", "long_text", "Your question"),
  field("news", "checkbox", "Send me news."),
  field("consent", "consent", "My answers may be stored.", { required: true }),
];

const config = {
  type: "beckon_preview",
  styling: {
    color: "#0f766e",
    logo_url: null,
    position: "end",
    title: "Nordic Home",
    greeting: "We usually answer within a minute.",
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
  form,
  enquiry: form,
  survey: "rating",
  instead: { out_of_hours: "We are back at nine.", channel_off: "", no_agent: "" },
  opens_at: 1_900_000_000_000,
};

/** The names of all states that the page knows. */
export async function listScenes(): Promise<string[]> {
  // The types of that file are resolved as the web package does, not as this one.
  const path = new URL("../../web/src/api/preview.ts", import.meta.url).href;
  const { scenes } = (await import(path)) as { scenes: string[] };
  return scenes;
}

export async function openPreview(browser: Browser, demo: Demo): Promise<Page> {
  const context = await browser.newContext({ baseURL: demo.console, reducedMotion: "reduce" });
  await context.addInitScript(openShadowRoots);
  const page = await context.newPage();
  await page.goto("/widget-preview");
  return page;
}

/** Begins the state anew, also when it is the one that is shown. */
export async function showScene(page: Page, scene: string, look: Look): Promise<void> {
  for (const shown of [scene === "launcher" ? "unread" : "launcher", scene]) {
    await page.evaluate(
      (told) =>
        new Promise<void>((heard) => {
          addEventListener("message", () => setTimeout(heard), { once: true });
          postMessage(told, location.origin);
        }),
      { ...config, ...look, scene: shown },
    );
    // It is drawn once the words of the language have come.
    await expect(page.locator("beckon-chat .beckon > .sr"), shown).toBeAttached();
  }
}
