/** Lists that are too long to be drawn as a whole. */
import { expect, test } from "../support/journey.ts";

interface Visit {
  page: object;
  started_at: number;
}

// spec: A-2
test("of ten thousand visitors those on screen are drawn, and the last is reached by scrolling", async ({
  visitor,
  agent,
}) => {
  const { page } = agent;
  await visitor.page.goto("/");
  await expect.poll(async () => (await agent.read<{ items: Visit[] }>("/visits")).items.length).toBe(1);
  const [one] = (await agent.read<{ items: Visit[] }>("/visits")).items;
  if (!one) throw new Error("the visitor is on the site");
  const items = Array.from({ length: 10_000 }, (_, n) => ({
    ...one,
    id: `visit-${n}`,
    page: { ...one.page, title: `Page ${n}.` },
    started_at: one.started_at - n,
  }));
  await page.route(/\/api\/v1\/visits$/, (route) => route.fulfill({ json: { items, next: null } }));
  await page.getByRole("link", { name: "Visitors" }).click();
  const table = page.getByRole("region", { name: "Live visitors" });
  const rows = table.locator("tbody tr");
  await expect(table.getByText("Page 0.", { exact: true })).toBeVisible();
  await expect(table.getByRole("table")).toHaveAttribute("aria-rowcount", "10001");
  expect(await rows.count()).toBeLessThan(100);
  const last = table.getByText("Page 9999.", { exact: true });
  await expect(last).toHaveCount(0);
  await table.evaluate((frame) => frame.scrollTo(0, frame.scrollHeight));
  await expect(last).toBeInViewport();
  expect(await rows.count()).toBeLessThan(100);
});
