/** What a machine can see of accessibility. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { MiniWindow } from "./mini.ts";

const standard = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const schemes = ["light", "dark"] as const;

/** All rules, or only the one that another colour scheme can break. */
type Rules = "all" | "colours";

/** Everything on the page, in both colour schemes. */
export async function check(page: Page, where: string): Promise<void> {
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await checkAsItIs(page, `${where}, ${colorScheme}`, colorScheme === "light" ? "all" : "colours");
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** Everything on the page as it is drawn now. */
export async function checkAsItIs(page: Page, where: string, rules: Rules = "all"): Promise<void> {
  await stillness(page);
  // One page after the other is looked at, without frames of another origin.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const chosen = rules === "all" ? axe.withTags(standard) : axe.withRules(["color-contrast"]);
  const { passes, violations } = await chosen.analyze();
  expect(passes.length, where).toBeGreaterThan(0);
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${where}: ${id} at ${node.target.join(" ")}: ${node.failureSummary}`),
  );
  expect.soft(found).toEqual([]);
}

/** Until the page has drawn the scheme and nothing moves any more. */
export async function stillness(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    await frame();
    await frame();
    const finite = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(finite.map(({ finished }) => finished));
  });
}

/** The window that stays on top. No tool reaches into it, so a page that is drawn from the same elements and styles is looked at. */
export async function checkMiniWindow(page: Page): Promise<void> {
  const copy = await page.context().newPage();
  await copy.setViewportSize({ width: 360, height: 520 });
  const address = new URL("/mini-window", page.url()).href;
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    await copy.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await stillness(page);
    const html = await new MiniWindow(page).html();
    await copy.route(address, (route) =>
      route.fulfill({ contentType: "text/html", body: `<!doctype html>${html}` }),
    );
    await copy.goto(address);
    await checkAsItIs(copy, `mini window, ${colorScheme}`);
    await copy.unroute(address);
  }
  await copy.close();
  await page.emulateMedia({ colorScheme: null });
}
