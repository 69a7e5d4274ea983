/** The chat window on a phone whose on-screen keyboard covers a part of the page: the built widget in real Chromium. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { chat, greet, newContext, troubles, visit } from "./stage";

const phone = { width: 390, height: 844 };

/** No keyboard comes in Chromium without a screen: what it leaves is told by a stand-in. */
function standIn() {
  const { innerWidth: width, innerHeight: height } = window;
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

it("fills what can be seen of the page and no more, with the header above and the composer below", async () => {
  // spec: N-5
  greet({ chat: chat("active") });
  const context = await newContext({ viewport: phone });
  await context.addInitScript(standIn);
  const page = await visit("/", context);
  const shown = page.locator(".window");
  const place = async () => {
    const box = await shown.boundingBox();
    return box && [box.y, box.height];
  };
  const follows = async (top: number, height: number) => {
    await expect.poll(place).toEqual([top, height]);
    expect(await shown.boundingBox()).toMatchObject({ x: 0, width: 390 });
    const [header, composer] = [
      await page.locator(".window header").boundingBox(),
      await page.locator(".composer").boundingBox(),
    ];
    if (!header || !composer) throw new Error("what is visible has a place");
    expect(header.y).toBe(top);
    expect(composer.y).toBeGreaterThan(header.y + header.height);
    expect(composer.y + composer.height).toBeLessThanOrEqual(top + height);
  };
  await shown.waitFor();
  await follows(0, 844);
  await leave(page, { height: 430 }, "resize");
  await follows(0, 430);
  await leave(page, { offsetTop: 180 }, "scroll");
  await follows(180, 430);
  await leave(page, { offsetTop: 40 }, "scroll");
  await follows(40, 430);
  // Whoever zooms in sees a part of the window, which stays where it is.
  await leave(page, { scale: 2, width: 195, height: 215, offsetTop: 120 }, "resize");
  await leave(page, { offsetTop: 150 }, "scroll");
  await follows(40, 430);
  await leave(page, { scale: 1, width: 390, height: 844, offsetTop: 0 }, "resize");
  await follows(0, 844);
  expect(troubles).toEqual([]);
  await context.close();
});
