/** The live visitors, as an agent watches them come, go on and leave. */
import { changeSettings } from "../support/admin.ts";
import { expect, test } from "../support/journey.ts";

// spec: A-2, T-7
test("a visitor appears in the list, goes on to another page and leaves, without a reload", async ({
  browser,
  demo,
  visitor,
  agent,
}) => {
  // Who has not been heard of for twice as long has left.
  await changeSettings(browser, demo, { poll_interval_s: 5 });
  const { page } = agent;
  await page.getByRole("link", { name: "Visitors" }).click();
  const nobody = page.getByText("Nobody is on the site at the moment");
  await expect(nobody).toBeVisible();
  await page.evaluate(() => Object.assign(window, { not_reloaded: true }));

  await visitor.page.goto("/prices");
  const row = page.getByRole("row").filter({ has: page.getByRole("button", { name: /^Open the visit of/ }) });
  await expect(row).toHaveCount(1);
  await expect(page.getByText("1 visitor on the site", { exact: true })).toBeVisible();
  await expect(row).toContainText("First visit");
  await expect(row).toContainText("/prices");
  await expect(row.getByRole("cell", { name: "Browsing", exact: true })).toBeVisible();
  const pages = row.getByRole("cell").nth(3);
  await expect(pages).toHaveText("1");

  await visitor.page.goto("/category/chairs");
  await expect(row).toContainText("/category/chairs");
  await expect(row).not.toContainText("/prices");
  await expect(pages).toHaveText("2");

  await visitor.page.close();
  await expect(nobody).toBeVisible({ timeout: 40_000 });
  await expect(row).toHaveCount(0);
  expect(await page.evaluate(() => "not_reloaded" in window)).toBe(true);
});
