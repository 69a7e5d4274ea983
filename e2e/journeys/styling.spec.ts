/** The looks of a queue: edited beside the real widget, and then on the site. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { changeQueue } from "../support/admin.ts";
import { Agent } from "../support/agent.ts";
import { another, anotherVisitor, expect, test, watch } from "../support/journey.ts";
import { openShadowRoots, Visitor } from "../support/visitor.ts";

interface List {
  items: { id: string; is_default?: boolean }[];
}

const preview = (page: Page) => page.frameLocator('iframe[title="Preview"]');

async function choose(page: Page, field: string, option: string): Promise<void> {
  await page.getByRole("combobox", { name: field, exact: true }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

/** A red square of 64 pixels, drawn by the browser. */
async function drawPicture(page: Page): Promise<Buffer> {
  const data = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
    const context = canvas.getContext("2d");
    if (context) context.fillStyle = "#c2261c";
    context?.fillRect(0, 0, 64, 64);
    return canvas.toDataURL("image/png").split(",")[1] ?? "";
  });
  return Buffer.from(data, "base64");
}

// spec: Q-11 A-4
test("looks are edited beside the real widget, and are on the site once saved", async ({
  browser,
  demo,
  errors,
  agent: _,
}) => {
  test.setTimeout(120_000);
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  await context.addInitScript(openShadowRoots);
  const admin = new Agent(await context.newPage(), demo.console);
  await admin.signIn(demo.account("admin"));
  const site = (await admin.read<List>("/sites")).items[0]?.id;
  const { items } = await admin.read<List>(`/sites/${site}/queues`);
  const queue = items.find(({ is_default }) => is_default)?.id;
  const { page } = admin;
  const live: string[] = [];
  page.on("request", (request) => {
    if (request.frame() !== page.mainFrame()) live.push(new URL(request.url()).pathname);
  });
  await page.goto(`/admin/sites/${site}/queues/${queue}?tab=styling`);
  const widget = preview(page);
  await expect(widget.getByRole("log")).toBeVisible();

  // What is typed is shown at once; nothing is saved.
  await page.getByRole("textbox", { name: "Title of the window" }).fill("Ask Nordic Home");
  await expect(widget.getByRole("heading", { name: "Ask Nordic Home" })).toBeVisible();
  await page.getByRole("textbox", { name: "First line in the chat" }).fill("Ask us about oak.");
  await expect(widget.getByRole("log")).toContainText(/^Ask us about oak\./);
  await page.getByRole("textbox", { name: "Main colour" }).fill("#ffd400");
  await expect(page.getByText(/Black text reads well on it .* less than 4\.5 : 1/)).toBeVisible();
  await choose(page, "Launcher", "With a label");
  await page.getByRole("textbox", { name: "Label of the launcher" }).fill("Ask us");
  await page.getByRole("radiogroup", { name: "Position" }).getByText("Left", { exact: true }).click();
  await choose(page, "State", "Launcher");
  await expect(widget.getByRole("button", { name: "Ask us" })).toBeVisible();

  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: "Logo: Upload" }).click(),
  ]);
  await chooser.setFiles({ name: "logo.png", mimeType: "image/png", buffer: await drawPicture(page) });
  const dialog = page.getByRole("dialog", { name: "Which part is kept" });
  await expect(dialog.getByText("64 × 64 pixels")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Keep all of it" })).toBeVisible();
  await dialog.locator(".ord-e[tabindex]").press("Shift+ArrowLeft");
  await expect(dialog.getByText("54 × 64 pixels")).toBeVisible();
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const { violations } = await new AxeBuilder({ page }).include("[role=dialog]").withTags(tags).analyze();
  expect.soft(violations.map(({ id, nodes }) => `${id} at ${nodes[0]?.target.join(" ")}`)).toEqual([]);
  await dialog.getByRole("button", { name: "Keep this part" }).click();
  await expect(page.getByRole("textbox", { name: "Logo" })).toHaveValue(/^\/pictures\//);
  await choose(page, "State", "Form");
  const logo = widget.locator("header img");
  await expect.poll(() => logo.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(54);

  // Another language has words of its own.
  await page.getByRole("button", { name: "Add a language" }).click();
  await page.getByRole("menuitem", { name: "German" }).click();
  await page.getByRole("textbox", { name: "Title of the window" }).fill("Frag Nordic Home");
  await expect(widget.getByRole("heading", { name: "Frag Nordic Home" })).toBeVisible();
  await page.getByRole("textbox", { name: "First line in the chat" }).fill("Fragen Sie nach Eiche.");
  await expect(widget.getByText("Fragen Sie nach Eiche.")).toBeVisible();
  await choose(page, "Language", "Arabic");
  await expect(widget.locator(".beckon")).toHaveAttribute("dir", "rtl");
  await page.getByText("Dark", { exact: true }).click();
  await page.getByText("Phone", { exact: true }).click();
  await expect(widget.getByRole("heading", { name: "Ask Nordic Home" })).toBeVisible();
  expect(live.filter((path) => path.startsWith("/live") || path.startsWith("/api"))).toEqual([]);

  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: "Save" })).toBeHidden();
  for (const [locale, title, greeting] of [
    ["en-GB", "Ask Nordic Home", "Ask us about oak."],
    ["de-DE", "Frag Nordic Home", "Fragen Sie nach Eiche."],
  ] as const) {
    const other = await browser.newContext({ baseURL: demo.shop, locale });
    await other.addInitScript(openShadowRoots);
    await other.addInitScript((tag) => {
      document.addEventListener("readystatechange", () => document.documentElement.setAttribute("lang", tag));
    }, locale);
    const visitor = new Visitor(await other.newPage());
    await visitor.page.goto("/");
    const launcher = visitor.widget.getByRole("button", { name: "Ask us" });
    await expect(launcher).toHaveCSS("background-color", "rgb(255, 212, 0)");
    await expect(launcher).toHaveCSS("color", "rgb(16, 20, 24)");
    expect((await launcher.boundingBox())?.x).toBe(16);
    await launcher.click();
    await expect(visitor.widget.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await expect(visitor.widget.getByText(greeting), "the form begins with it").toBeVisible();
    expect((await visitor.widget.getByRole("dialog").boundingBox())?.x).toBe(16);
    const shown = visitor.widget.locator("header img");
    await expect.poll(() => shown.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(54);
    await other.close();
  }

  await choose(page, "Launcher", "Hidden");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: "Save" })).toBeHidden();
  const visitor = await anotherVisitor(browser, demo, errors);
  await visitor.page.goto("/");
  const launcher = visitor.widget.getByRole("button", { name: "Ask us", includeHidden: true });
  await expect(launcher).toBeAttached();
  await expect(launcher).toBeHidden();
  await visitor.page.evaluate("beckon('open')");
  await expect(visitor.widget.getByRole("heading", { level: 1, name: "Ask Nordic Home" })).toBeVisible();
  await visitor.page.context().close();
  await context.close();
});

// spec: Q-11
test("without a form the greeting is the first line of queue and conversation, until it is emptied", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
}) => {
  await changeQueue(browser, demo, { form_reactive: [] });
  const greeting = "We usually answer within a minute.";
  await visitor.page.goto("/");
  await visitor.launcher.click();
  await expect(visitor.widget.getByRole("heading", { name: "You are next" })).toBeVisible();
  const shown = visitor.widget.getByText(greeting);
  await expect(shown).toBeVisible();
  const [line, header] = [await shown.boundingBox(), await visitor.widget.locator("header").boundingBox()];
  if (!line || !header) throw new Error("what is visible has a place");
  expect(line.y - header.y - header.height, "it stands below the header").toBeLessThan(30);
  await agent.answer();
  await agent.say("Good morning.");
  await visitor.sees("Good morning.");
  await expect(visitor.log).toContainText(new RegExp(`^${greeting}`));

  const admin = await another(browser, demo, "admin", errors);
  const site = (await admin.read<List>("/sites")).items[0]?.id;
  const queue = (await admin.read<List>(`/sites/${site}/queues`)).items.find((of) => of.is_default)?.id;
  await admin.page.goto(`/admin/sites/${site}/queues/${queue}?tab=styling`);
  const field = admin.page.getByRole("textbox", { name: "First line in the chat" });
  await expect(field).toHaveAccessibleDescription(/^Stands above form, queue and conversation\./);
  await field.fill("");
  await admin.page.getByRole("button", { name: "Save" }).click();
  await expect(async () => {
    await visitor.page.reload();
    await visitor.sees("Good morning.");
    await expect(shown).toBeHidden({ timeout: 1_000 });
  }).toPass();
  await admin.page.context().close();
});

// spec: Q-11 A-4
test("an offer is designed beside the real widget", async ({ browser, demo, errors }) => {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  await context.addInitScript(openShadowRoots);
  const admin = new Agent(await context.newPage(), demo.console);
  await admin.signIn(demo.account("admin"));
  const site = (await admin.read<List>("/sites")).items[0]?.id;
  await admin.page.goto(`/admin/sites/${site}/offers/new`);
  const widget = preview(admin.page);
  await admin.page.getByRole("textbox", { name: "Title" }).fill("Which chair?");
  await expect(widget.getByRole("region", { name: "Which chair?" })).toBeVisible();
  await choose(admin.page, "Shape", "Modal");
  await expect(widget.getByRole("dialog", { name: "Which chair?" })).toBeVisible();
  await widget.getByRole("button", { name: "Yes, please" }).click();
  await expect(widget.getByRole("button", { name: "Send" })).toBeVisible();
  await choose(admin.page, "State", "Folded into the launcher");
  await expect(widget.locator("#unread")).toBeVisible();
  await context.close();
});

test("a preview that does not come says so, and editing goes on", async ({ browser, demo, errors }) => {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  const admin = new Agent(await context.newPage(), demo.console);
  await admin.signIn(demo.account("admin"));
  const site = (await admin.read<List>("/sites")).items[0]?.id;
  await admin.page.route("**/widget-preview", (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Nothing</title>" }),
  );
  await admin.page.goto(`/admin/sites/${site}/offers/new`);
  await expect(admin.page.getByText("The preview did not load")).toBeVisible({ timeout: 20_000 });
  await admin.page.getByRole("textbox", { name: "Title" }).fill("Which chair?");
  await context.close();
});

// spec: Q-6 N-5
test("what stands in for a chat is written in each language, and read in the visitor's", async ({
  browser,
  demo,
  errors,
}) => {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  const admin = new Agent(await context.newPage(), demo.console);
  await admin.signIn(demo.account("admin"));
  const { page } = admin;
  const site = (await admin.read<List>("/sites")).items[0]?.id;
  const { items } = await admin.read<List>(`/sites/${site}/queues`);
  const queue = items.find(({ is_default }) => is_default)?.id;
  await page.goto(`/admin/sites/${site}/queues/${queue}?tab=alternatives`);
  const message = () => page.getByRole("textbox", { name: /^Message/ }).first();
  await message().fill("We are out on deliveries.");
  await page.getByRole("button", { name: "Add a language" }).click();
  await page.getByRole("menuitem", { name: "German" }).click();
  await message().fill("Wir liefern gerade aus.");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: "Save" })).toBeHidden();
  await page.getByRole("button", { name: /Open or close/ }).click();
  await page.getByRole("menuitem", { name: "for 1 hour" }).first().click();
  await expect(page.getByText("by hand", { exact: true })).toBeVisible();
  for (const [locale, text] of [
    ["en-GB", "We are out on deliveries."],
    ["de-DE", "Wir liefern gerade aus."],
  ] as const) {
    const other = await browser.newContext({ baseURL: demo.shop, locale });
    await other.addInitScript(openShadowRoots);
    await other.addInitScript((tag) => {
      document.addEventListener("readystatechange", () => document.documentElement.setAttribute("lang", tag));
    }, locale);
    const visitor = new Visitor(await other.newPage());
    await visitor.page.goto("/");
    await visitor.launcher.click();
    await expect(visitor.widget.getByText(text)).toBeVisible();
    await other.close();
  }
  await context.close();
});
