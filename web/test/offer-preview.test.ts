/** The link of a preview: the built widget in real Chromium, on a page of another origin under a strict policy. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { contrast, type Rgb } from "../src/widget/color";
import { call, context, fake, greet, newContext, troubles, until, visit } from "./stage";

const link = "/#beckon-preview=0f1e2d";
const shown = (form = "card") => ({
  name: "Help with chairs",
  active: false,
  styling: {
    color: "#0f766e",
    logo_url: null,
    position: "end",
    title: "Nordic Home",
    greeting: "",
    launcher: "round",
    launcher_label: "Ask us",
  },
  design: {
    form,
    position: "end",
    color: "#0f766e",
    logo_url: null,
    image_url: null,
    default_language: "en",
    texts: { en: { title: "Any questions?", body: "We are here.", accept_label: "Yes", reject_label: "No" } },
  },
});
const mark = (page: Page) => page.getByRole("region", { name: "Preview of an offer" });
const offer = (page: Page) => page.getByText("Any questions?", { exact: true }).first();
const kept = (page: Page) =>
  page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]);

it("shows the offer of the link with a mark, and nothing comes of what is done with it", async () => {
  // spec: A-4 O-14
  greet();
  Object.assign(fake.preview, shown());
  const page = await visit(link);
  await offer(page).waitFor();
  expect(fake.previews).toEqual([{ token: "0f1e2d", language: "en" }]);
  await expect.poll(() => mark(page).textContent()).toMatch(/Preview of “Help with chairs”.*inactive/);
  await page.getByRole("button", { name: "Yes" }).click();
  await offer(page).waitFor({ state: "detached" });
  await expect.poll(() => mark(page).textContent()).toMatch(/Accepted\. .*no chat was opened/);
  await page.getByRole("button", { name: "Show again" }).click();
  await page.getByRole("button", { name: "No", exact: true }).click();
  await expect.poll(() => mark(page).textContent()).toMatch(/Rejected\. Nothing was recorded/);
  await page.getByRole("button", { name: "Ask us" }).click();
  await expect.poll(() => mark(page).textContent()).toMatch(/No chat is opened/);
  await call(page, "open");
  await call(page, "event", "bought");
  expect(fake.frames).toEqual([]);
  expect(fake.connections).toBe(0);
  expect(await kept(page)).toEqual([]);
  expect(troubles).toEqual([]);
});

it.each(["light", "dark"] as const)("has a mark that can be read on a page in %s", async (colorScheme) => {
  // spec: N-5
  Object.assign(fake.preview, shown());
  // The page says nothing of colours.
  fake.html((text) => text.replace(/<meta name="color-scheme".*>/, ""));
  const where = await newContext({ colorScheme });
  const page = await visit(link, where);
  await offer(page).waitFor();
  await page.getByRole("button", { name: "No", exact: true }).click();
  await mark(page).getByRole("button", { name: "Show again" }).waitFor();
  const colors = await mark(page).evaluate((bar) => ({
    ground: getComputedStyle(bar).backgroundColor,
    words: [...bar.querySelectorAll("p, strong, button")].map((one) => getComputedStyle(one).color),
  }));
  const rgb = (color: string) => (color.match(/\d+/g) ?? []).slice(0, 3).map(Number) as Rgb;
  expect(colors.words).toHaveLength(4);
  for (const color of colors.words)
    expect(contrast(rgb(color), rgb(colors.ground))).toBeGreaterThanOrEqual(4.5);
  await where.close();
});

it("goes on as for any visitor once the preview is ended", async () => {
  greet();
  Object.assign(fake.preview, shown("inline"));
  await fake.html((text) => text.replace("<body>", '<body><div id="slot" data-beckon-slot></div>'));
  const page = await visit(link);
  await offer(page).waitFor();
  expect(await page.locator("#slot beckon-offer").count()).toBe(1);
  await page.getByRole("button", { name: "End the preview" }).click();
  await until("hello");
  await mark(page).waitFor({ state: "detached" });
  expect(await page.locator("#slot beckon-offer").count()).toBe(0);
  expect(new URL(page.url()).hash).toBe("");
  await page.getByRole("button", { name: "Chat", exact: true }).waitFor();
  expect(troubles).toEqual([]);
});

it("shows nothing to whoever made a token up, and the widget runs", async () => {
  // spec: X-6
  greet();
  fake.preview.status = 404;
  const page = await visit(link);
  await until("hello");
  await page.getByRole("button", { name: "Chat", exact: true }).waitFor();
  expect(await mark(page).count()).toBe(0);
});

it("says that a link has expired", async () => {
  greet();
  fake.preview.status = 410;
  const page = await visit(link);
  await mark(page).waitFor();
  expect(await mark(page).textContent()).toMatch(/has expired/);
  expect(fake.frames).toEqual([]);
  await page.getByRole("button", { name: "Close" }).click();
  await until("hello");
});

it("is shown before the visitor has agreed to anything, and on no path without tracking", async () => {
  // spec: N-4 T-9
  Object.assign(fake.preview, shown());
  fake.terms.consent = "off";
  const page = await visit(link);
  await offer(page).waitFor();
  fake.terms.deny_paths = ["/account"];
  const denied = await visit("/account/#beckon-preview=0f1e2d");
  await denied.waitForFunction(() => "beckon" in window);
  await expect.poll(() => fake.requests.filter((one) => one.includes("/live/site/")).length).toBe(3);
  await denied.waitForLoadState("networkidle");
  expect(fake.previews).toHaveLength(1);
  expect(fake.frames).toEqual([]);
});

it("leaves the page as it is for any visitor when the bundle of previews cannot be had", async () => {
  // spec: X-8
  greet();
  await context.route("**/beckon-offer-preview.js*", (route) => route.abort());
  const page = await visit(link);
  await until("hello");
  await page.getByRole("button", { name: "Chat", exact: true }).waitFor();
  expect(fake.previews).toEqual([]);
});
