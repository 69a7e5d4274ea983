/** A picture of the conversation shown large: the built widget in real Chromium. */
import type { BrowserContext, Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { chat, fake, greet, newContext, troubles, visit } from "./stage";

interface Size {
  width: number;
  height: number;
}

const desk: Size = { width: 1280, height: 800 };

const message = ({ width, height }: Size) => ({
  type: "message",
  chat: "c1",
  message: {
    seq: 1,
    id: "a1",
    from: "agent",
    name: "Alice",
    text: "",
    at: 0,
    file: {
      id: "f1",
      name: "oslo chair.png",
      media_type: "image/svg+xml",
      bytes: 900,
      picture: { width, height },
      url: "/files/f1?ticket=t",
      thumb_url: "/files/f1/thumb?ticket=t",
    },
  },
});

/** The page with such a picture in the conversation, served as the server does: as an attachment. */
async function shown(picture: Size, options: object = { viewport: desk }): Promise<[Page, BrowserContext]> {
  greet({ chat: chat("active", { last_seq: 1 }) }, message(picture));
  const where = await newContext(options);
  await where.route(/\/files\/f1/, (route) =>
    route.fulfill({
      contentType: "image/svg+xml",
      headers: { "content-disposition": 'attachment; filename="oslo_chair.png"' },
      body: `<svg xmlns="http://www.w3.org/2000/svg" width="${picture.width}" height="${picture.height}"><rect width="100%" height="100%" fill="teal"/></svg>`,
    }),
  );
  const page = await visit("/", where);
  await thumb(page).waitFor();
  return [page, where];
}

const thumb = (page: Page) => page.locator(".thumb");
const viewer = (page: Page) => page.getByRole("dialog", { name: "oslo chair.png" });
const large = (page: Page) => viewer(page).locator("img");
const box = async (of: Locator) => {
  const found = await of.boundingBox();
  if (!found) throw new Error("it is shown");
  return found;
};
const hasFocus = (of: Locator) =>
  of.evaluate((at) => (at.getRootNode() as ShadowRoot).activeElement === at && document.hasFocus());
const loaded = (page: Page) =>
  expect.poll(() => large(page).evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);

// spec: Q-8 N-5
it("opens over the page by keyboard, keeps the focus, and gives it back when Escape closes it alone", async () => {
  const [page, where] = await shown({ width: 3000, height: 2000 });
  await thumb(page).focus();
  await page.keyboard.press("Enter");
  await viewer(page).waitFor();
  expect(await box(viewer(page))).toEqual({ x: 0, y: 0, ...desk });
  const close = viewer(page).getByRole("button", { name: "Close" });
  expect(await hasFocus(close)).toBe(true);
  const outside = () =>
    viewer(page).evaluate((at) => {
      const focused = (at.getRootNode() as ShadowRoot).activeElement;
      return document.activeElement !== document.body && !at.contains(focused);
    });
  for (let n = 0; n < 6; n++) {
    await page.keyboard.press("Tab");
    expect(await outside()).toBe(false);
  }
  await page.keyboard.press("Escape");
  await viewer(page).waitFor({ state: "detached" });
  expect(await page.locator(".window").isVisible()).toBe(true);
  expect(await hasFocus(thumb(page))).toBe(true);
  expect(troubles).toEqual([]);
  await where.close();
});

// spec: Q-8 N-5
it.each([
  ["a screen", { viewport: desk }],
  ["a phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ["a phone on its side", { viewport: { width: 844, height: 390 }, hasTouch: true, isMobile: true }],
  ["a small phone", { viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true }],
])("fits into %s, in its own proportions, below a button for a finger", async (_, options) => {
  const { width, height } = options.viewport;
  for (const picture of [
    { width: 3000, height: 2000 },
    { width: 500, height: 4000 },
  ]) {
    const [page, where] = await shown(picture, options);
    await thumb(page).click();
    await loaded(page);
    expect(await box(viewer(page))).toEqual({ x: 0, y: 0, width, height });
    const at = await box(large(page));
    const close = await box(viewer(page).getByRole("button", { name: "Close" }));
    expect(Math.min(close.width, close.height)).toBeGreaterThanOrEqual(44);
    expect(close.x + close.width).toBeLessThanOrEqual(width);
    expect(at.x).toBeGreaterThanOrEqual(0);
    expect(at.x + at.width).toBeLessThanOrEqual(width);
    expect(at.y).toBeGreaterThanOrEqual(close.y + close.height);
    expect(at.y + at.height).toBeLessThanOrEqual(height);
    expect(at.width / at.height).toBeCloseTo(picture.width / picture.height, 1);
    // As large as there is room for.
    expect(Math.max(at.width / width, at.height / height)).toBeGreaterThan(0.7);
    await where.close();
  }
});

// spec: Q-8
it("is not blown up, and closes at a click beside it, not at one on it", async () => {
  const [page, where] = await shown({ width: 300, height: 200 });
  await thumb(page).click();
  await loaded(page);
  expect(await box(large(page))).toMatchObject({ width: 300, height: 200 });
  await large(page).click();
  expect(await viewer(page).isVisible()).toBe(true);
  await page.mouse.click(20, 400);
  await viewer(page).waitFor({ state: "detached" });
  expect(await page.locator(".window").isVisible()).toBe(true);
  await where.close();
});

// spec: N-5
it("stands from right to left with its language, in the dark as well", async () => {
  fake.html((text) => text.replace(/lang="[^"]*"/, 'lang="ar"'));
  const [page, where] = await shown(
    { width: 600, height: 400 },
    { viewport: desk, colorScheme: "dark", locale: "ar" },
  );
  await thumb(page).click();
  const close = await box(viewer(page).getByRole("button", { name: "إغلاق" }));
  const save = await box(viewer(page).getByRole("link", { name: "تنزيل" }));
  expect(close.x).toBeLessThan(save.x);
  expect(save.x).toBeLessThan(200);
  const background = () =>
    viewer(page)
      .locator("header")
      .evaluate((at) => getComputedStyle(at).backgroundColor);
  expect(await background()).toBe("rgb(27, 30, 34)");
  await page.emulateMedia({ colorScheme: "light" });
  expect(await background()).toBe("rgb(255, 255, 255)");
  await where.close();
});
