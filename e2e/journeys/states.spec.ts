/** The pages of the administration when they are narrow, and when what they show cannot be had. */
import { listAdminPages } from "../support/admin.ts";
import { another, expect, test } from "../support/journey.ts";

// The server is made to fail.
test.use({ expectedErrors: [/status of 500/] });

// spec: A-4 N-5
test("no page goes beyond a phone's screen, and one that could not be loaded can be tried again", async ({
  browser,
  demo,
  errors,
}) => {
  test.setTimeout(480_000);
  const admin = await another(browser, demo, "admin", errors);
  const { page } = admin;
  const paths = await listAdminPages(admin);
  // A change, for the log and the versions to show.
  const site = (await admin.read<{ items: { id: string }[] }>("/sites")).items[0]?.id;
  const headers = { origin: demo.console };
  const data = { deny_paths: ["/account"] };
  const change = await page.request.patch(`${demo.console}/api/v1/sites/${site}`, { data, headers });
  expect(change.status()).toBe(200);

  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of paths) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 }), path).toBeVisible();
    await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
    const size = await page.evaluate(() => {
      const { scrollWidth, scrollHeight } = document.documentElement;
      return [scrollWidth, scrollHeight];
    });
    expect.soft(size, path).toEqual([390, 844]);
  }

  for (const [path, of] of [
    [`/admin/sites/${site}/rules`, "rules"],
    [`/admin/sites/${site}/versions`, "versions"],
    [`/admin/sites/${site}/queues`, "queues"],
    ["/admin/audit", "audit"],
    ["/admin/api-tokens", "api-tokens"],
  ] as const) {
    const failing = `**/api/v1/**/${of}?*`;
    const bare = `**/api/v1/**${of}`;
    const problem = { type: "about:blank", title: "Failed", status: 500, detail: "The server failed." };
    for (const pattern of [failing, bare])
      await page.route(pattern, (route) => route.fulfill({ status: 500, json: problem }));
    await page.goto(path);
    const alert = page.getByRole("alert").filter({ hasText: "This could not be loaded" });
    await expect(alert, path).toBeVisible({ timeout: 20_000 });
    for (const pattern of [failing, bare]) await page.unroute(pattern);
    await alert.getByRole("button", { name: "Try again" }).click();
    await expect(alert, path).toHaveCount(0);
  }
  await page.context().close();
});
