/** The demo shop by itself, as narrow and as wide as it is looked at. */
import { expect, test } from "../support/journey.ts";

test("the header of the shop fits, each link in one line, whoever is signed in", async ({ visitor }) => {
  const { page } = visitor;
  const links = page.locator(".top a");
  for (const path of ["/sign-out", "/sign-in?customer=H-1005"]) {
    await page.goto(path);
    for (const width of [320, 390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await expect(links, "the last one comes by script").toHaveCount(5);
      const lines = await links.evaluateAll((all) => all.map((link) => link.getBoundingClientRect().height));
      expect(Math.max(...lines), `at ${width}`).toBeLessThan(60);
      const whole = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(whole, `at ${width}`).toBe(width);
    }
  }
});
