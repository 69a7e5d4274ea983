/** Back and forward: pages that the browser keeps whole stay kept with the widget on them. */
import { browser } from "../support/chromium.ts";
import { expect, test } from "../support/journey.ts";

test.use({
  // Playwright turns the back-forward cache off.
  launchOptions: { ...browser.launchOptions, ignoreDefaultArgs: ["--disable-back-forward-cache"] },
});

interface Visits {
  items: { id: string; page_views: number }[];
}

// spec: T-2, T-3, X-8
test("a page that comes back from the cache is one more view, and its connection stands again", async ({
  visitor,
  agent,
}) => {
  const views = async () => (await agent.read<Visits>("/visits")).items.map(({ page_views }) => page_views);
  await visitor.page.goto("/prices");
  await expect(visitor.launcher).toBeVisible();
  await visitor.page.evaluate(() =>
    addEventListener("pageshow", ({ persisted }) => Object.assign(window, { persisted })),
  );
  await visitor.page.goto("/category/chairs");
  await expect(visitor.launcher).toBeVisible();
  await expect.poll(views).toEqual([2]);
  await visitor.page.goBack({ waitUntil: "commit" });
  await expect.poll(() => visitor.page.evaluate(() => "persisted" in window && window.persisted)).toBe(true);
  await expect.poll(views).toEqual([3]);
  // The connection carries what comes after the return; no further view has come with it.
  await visitor.page.evaluate(() => history.pushState({}, "", "/prices?fence"));
  await expect.poll(views).toEqual([4]);
});
