/**
 * The stage of a journey: a server, a visitor and an agent in browsers that know nothing of each other, and a watch
 * over everything that the browser's log calls an error.
 */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  test as base,
  expect,
  type Page,
} from "@playwright/test";
import { Agent } from "./agent.ts";
import { Demo } from "./demo.ts";
import { Smtpd } from "./smtpd.ts";
import { openShadowRoots, Visitor } from "./visitor.ts";

interface Stage {
  /** Further options of the demo server. */
  options: string[];
  demo: Demo;
  /** Errors of the browser that a journey causes on purpose, such as a lost connection. */
  expectedErrors: RegExp[];
  errors: string[];
  visitor: Visitor;
  agent: Agent;
}

export const test = base.extend<Stage>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the names
  options: async ({}, use) => use([]),
  demo: async ({ browser, options }, use, info) => {
    const demo = await Demo.start(info.outputPath("server.log"), options);
    await use(demo);
    // Pages that a journey has left open would ask a server that is gone, and log that as an error.
    await Promise.all(browser.contexts().map((context) => context.close()));
    await demo.remove();
  },
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the names
  expectedErrors: async ({}, use) => use([]),
  errors: [
    async ({ expectedErrors }, use) => {
      const errors: string[] = [];
      await use(errors);
      expect(errors.filter((text) => !expectedErrors.some((expected) => expected.test(text)))).toEqual([]);
    },
    { auto: true },
  ],
  visitor: async ({ browser, demo, errors }, use) => {
    const visitor = await anotherVisitor(browser, demo, errors);
    await use(visitor);
    await visitor.page.context().close();
  },
  agent: async ({ browser, demo, errors }, use) => {
    const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
    await watch(context, errors);
    const agent = new Agent(await context.newPage(), demo.console);
    await agent.signIn(demo.account("alice"));
    await agent.ready();
    await use(agent);
    await context.close();
  },
});

export { expect };

/** A stage with a mail server, to which the demo server sends. */
export const withMail = test.extend<{ smtpd: Smtpd }>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the names
  smtpd: async ({}, use) => {
    const smtpd = await Smtpd.start();
    await use(smtpd);
    await smtpd.remove();
  },
  options: async ({ smtpd }, use) =>
    use(["--smtp-url", `smtp://127.0.0.1:${smtpd.port}`, "--mail-from", "Shop <chat@shop.example>"]),
});

/** Notes what the pages of a context log as warning or error. */
export async function watch(context: BrowserContext, errors: string[]): Promise<void> {
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type()))
      errors.push(`${message.page()?.url()}: ${message.text()}`);
  });
  context.on("weberror", (error) => errors.push(String(error.error())));
}

/** A visitor whom nobody knows, in a browser of their own. */
export async function anotherVisitor(
  browser: Browser,
  demo: Pick<Demo, "shop">,
  errors: string[],
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: demo.shop, locale: "en-GB", ...options });
  await watch(context, errors);
  await context.addInitScript(openShadowRoots);
  return new Visitor(await context.newPage());
}

/** The pages that come say that they are written in German. */
export async function inGerman(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const speak = () => {
      if (document.documentElement) document.documentElement.lang = "de";
    };
    new MutationObserver(speak).observe(document, { childList: true });
    speak();
  });
}

/** Somebody else who is signed in, in a browser of their own. */
export async function another(
  browser: Browser,
  demo: Pick<Demo, "console" | "account">,
  name: string,
  errors: string[],
): Promise<Agent> {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  const agent = new Agent(await context.newPage(), demo.console);
  await agent.signIn(demo.account(name));
  return agent;
}

/** Brings a visitor from the product page into a chat with the agent; no offer is waited for. */
export async function chat(visitor: Visitor, agent: Agent): Promise<void> {
  await visitor.ask("Kari", "/product/oslo-chair");
  await agent.answer();
  await agent.say("Hello, how can I help?");
  await visitor.sees("Hello, how can I help?");
}

/** The texts of a log that match, in the order in which they stand there. */
export async function transcript(page: Page, pattern: RegExp): Promise<string[]> {
  const text = await page.getByRole("log").first().innerText();
  return text.match(pattern) ?? [];
}
