/** The chat window where an on-screen keyboard covers a part of the page: the built widget in real Chromium. */
import type { BrowserContext, Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { chat, greet, newContext, troubles, visit } from "./stage";

interface Size {
  width: number;
  height: number;
}

/** No keyboard comes in Chromium without a screen: what it leaves is told by a stand-in. */
function standIn({ width, height }: Size) {
  const seen = Object.assign(new EventTarget(), { width, height, offsetLeft: 0, offsetTop: 0, scale: 1 });
  Object.defineProperty(window, "visualViewport", { value: seen });
}

const leave = (page: Page, seen: Partial<VisualViewport>, event: "resize" | "scroll") =>
  page.evaluate(
    ([seen, event]) => {
      if (!window.visualViewport) throw new Error("it stands in");
      Object.assign(window.visualViewport, seen);
      window.visualViewport.dispatchEvent(new Event(event));
    },
    [seen, event] as const,
  );

/** The page on a screen that is touched. */
async function touched(viewport: Size): Promise<[Page, BrowserContext]> {
  const context = await newContext({ viewport, hasTouch: true, isMobile: true });
  await context.addInitScript(standIn, viewport);
  const page = await visit("/", context);
  await page.locator(".window").waitFor();
  return [page, context];
}

/** Where it begins and how high it is. */
async function place(of: Locator): Promise<[number, number]> {
  const box = await of.boundingBox();
  return box ? [box.y, box.height] : [-1, 0];
}

async function isWithin(of: Locator, top: number, height: number): Promise<void> {
  await expect.poll(async () => (await place(of))[0]).toBeGreaterThanOrEqual(top);
  await expect
    .poll(async () => {
      const [y, high] = await place(of);
      return y + high;
    })
    .toBeLessThanOrEqual(top + height);
}

it.each([
  ["upright", { width: 390, height: 844 }, 430],
  ["on its side", { width: 844, height: 390 }, 190],
])(
  "fills what can be seen on a phone %s and no more, with the header above and the composer below",
  async (_, viewport, left) => {
    // spec: N-5
    greet({ chat: chat("active") });
    const [page, context] = await touched(viewport);
    const { width, height } = viewport;
    const shown = page.locator(".window");
    const follows = async (top: number, high: number) => {
      await expect.poll(() => place(shown)).toEqual([top, high]);
      expect(await shown.boundingBox()).toMatchObject({ x: 0, width });
      const [header, header_height] = await place(page.locator(".window header"));
      const [composer, composer_height] = await place(page.locator(".composer"));
      expect(header).toBe(top);
      expect(composer).toBeGreaterThan(header + header_height);
      expect(composer + composer_height).toBeLessThanOrEqual(top + high);
      await isWithin(page.getByRole("textbox", { name: "Message" }), top, high);
    };
    await follows(0, height);
    await leave(page, { height: left }, "resize");
    await follows(0, left);
    await leave(page, { offsetTop: 180 }, "scroll");
    await follows(180, left);
    await leave(page, { offsetTop: 40 }, "scroll");
    await follows(40, left);
    // Whoever zooms in sees a part of the window, which stays where it is.
    await leave(page, { scale: 2, width: width / 2, height: left / 2, offsetTop: 120 }, "resize");
    await leave(page, { offsetTop: 150 }, "scroll");
    await follows(40, left);
    await leave(page, { scale: 1, width, height, offsetTop: 0 }, "resize");
    await follows(0, height);
    expect(troubles).toEqual([]);
    await context.close();
  },
);

// spec: N-5 Q-2
it("leaves each field of the form in sight above the keyboard of a phone on its side", async () => {
  const field = (key: string) => ({ key, type: "text", label: { en: key }, help: {}, choices: [] });
  const names = ["First", "Second", "Third", "Fourth"];
  greet({ chat: chat("form", { form: names.map(field) }) });
  const [page, context] = await touched({ width: 844, height: 390 });
  await leave(page, { height: 160 }, "resize");
  await expect.poll(() => place(page.locator(".window"))).toEqual([0, 160]);
  for (const name of [...names, "First"]) {
    const input = page.getByRole("textbox", { name });
    await input.focus();
    await isWithin(input, 0, 160);
    await isWithin(page.locator(".window header"), 0, 160);
  }
  await context.close();
});

// spec: N-5
it("stands above the keyboard of a tablet", async () => {
  greet({ chat: chat("active") });
  const [page, context] = await touched({ width: 1024, height: 768 });
  const shown = page.locator(".window");
  await expect.poll(() => place(shown)).toEqual([768 - 16 - 620, 620]);
  await leave(page, { height: 360 }, "resize");
  await expect.poll(() => place(shown)).toEqual([16, 328]);
  await isWithin(page.getByRole("textbox", { name: "Message" }), 0, 360);
  await leave(page, { offsetTop: 200 }, "scroll");
  await expect.poll(() => place(shown)).toEqual([216, 328]);
  await leave(page, { height: 768, offsetTop: 0 }, "resize");
  await expect.poll(() => place(shown)).toEqual([768 - 16 - 620, 620]);
  expect(await shown.boundingBox()).toMatchObject({ width: 376 });
  await context.close();
});
