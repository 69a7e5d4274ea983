/** The chat window where an on-screen keyboard covers a part of the page: the built widget in real Chromium. */
import type { BrowserContext, Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { chat, fake, greet, newContext, troubles, visit } from "./stage";

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

const texts = [
  "How long is delivery?",
  "Five working days.",
  "And in walnut?",
  "In walnut as well.",
  "Thank you.",
];
/** More than a phone shows. */
const talk = Array.from({ length: 4 }, () => texts)
  .flat()
  .map((text, i) => {
    const message = {
      seq: i + 1,
      id: `m${i}`,
      from: i % 2 ? "visitor" : "agent",
      name: "Alice",
      text,
      at: i,
    };
    return { type: "message", chat: "c1", message };
  });

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

/** Until where to write, and what was written last above it, can be seen. */
async function inSight(page: Page, top: number, height: number): Promise<void> {
  const log = page.locator(".log");
  await isWithin(log, top, height);
  await isWithin(page.getByRole("textbox", { name: "Message" }), top, height);
  await expect
    .poll(async () => {
      const [y, high] = await place(log);
      const [last, last_height] = await place(page.locator(".bubble").last());
      return last >= y && last + last_height <= y + high;
    })
    .toBe(true);
}

const lines = "Four chairs\nOne table\nTwo lamps\nA rug\nAnd a sofa\nAll in oak";

// spec: N-5 Q-8
it.each([
  ["a phone upright", { width: 390, height: 844 }, 430, 0],
  ["a small phone", { width: 320, height: 568 }, 250, 0],
  ["a phone on its side", { width: 844, height: 390 }, 190, 0],
  ["a small phone on its side", { width: 568, height: 320 }, 160, 0],
  ["a tablet", { width: 1024, height: 768 }, 360, 16],
])(
  "keeps the last message and the composer in sight above the keyboard of %s",
  async (_, size, left, edge) => {
    const shown = [edge, left - 2 * edge] as const;
    greet({ chat: chat("active") }, ...talk);
    const [page, context] = await touched(size);
    await page.getByText("Thank you.").last().waitFor();
    await leave(page, { height: left }, "resize");
    await inSight(page, ...shown);
    await page.getByRole("textbox", { name: "Message" }).fill(lines);
    await inSight(page, ...shown);
    await page.getByRole("textbox", { name: "Message" }).fill("");
    fake.send({ type: "chat", chat: chat("queued", { position: 3, wait_s: 170 }) });
    await page.getByRole("heading", { name: "You are in the queue" }).waitFor();
    await inSight(page, ...shown);
    fake.send({ type: "chat", chat: chat("active") });
    fake.refuse("all");
    fake.cut();
    await page.getByText(/^The connection is lost/).waitFor();
    await inSight(page, ...shown);
    await context.close();
  },
);

// spec: N-5
it("leaves whoever reads further up where they are when the keyboard comes and goes", async () => {
  greet({ chat: chat("active") }, ...talk);
  const [page, context] = await touched({ width: 390, height: 844 });
  await page.getByText("Thank you.").last().waitFor();
  const log = page.locator(".log");
  const scrolled = () => log.evaluate((at) => at.scrollTop);
  await expect.poll(scrolled).toBeGreaterThan(0);
  await log.evaluate(async (at) => {
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    await frame();
    await frame();
    at.scrollTop = 0;
    await frame();
    await frame();
  });
  const shown = page.locator(".window");
  await leave(page, { height: 430 }, "resize");
  await expect.poll(() => place(shown)).toEqual([0, 430]);
  expect(await scrolled()).toBe(0);
  await leave(page, { height: 844 }, "resize");
  await expect.poll(() => place(shown)).toEqual([0, 844]);
  expect(await scrolled()).toBe(0);
  await context.close();
});

// spec: N-5 Q-8
it("lets the keyboard go for the emoji, of which a row is always to be seen, and has it back for the text", async () => {
  greet({ chat: chat("active") }, ...talk);
  const [page, context] = await touched({ width: 844, height: 390 });
  const text = page.getByRole("textbox", { name: "Message" });
  const emoji = page.getByRole("group", { name: "Emoji" });
  await leave(page, { height: 160 }, "resize");
  await text.fill(lines);
  const focused = () => text.evaluate((at) => (at.getRootNode() as ShadowRoot).activeElement === at);
  expect(await focused()).toBe(true);
  await page.getByRole("button", { name: "Emoji" }).tap();
  await emoji.waitFor();
  expect(await focused()).toBe(false);
  const first = emoji.getByRole("button").first();
  const [header, header_height] = await place(page.locator(".window header"));
  const [panel, height] = await place(emoji);
  expect(panel).toBeGreaterThanOrEqual(header + header_height);
  await isWithin(first, panel, height);
  await isWithin(text, 0, 160);
  await first.tap();
  expect(await text.inputValue()).toBe(`${lines}😀`);
  await text.tap();
  await emoji.waitFor({ state: "detached" });
  expect(await focused()).toBe(true);
  await context.close();
});

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
