/** What was changed by whom, and the way back to how a site was before. */
import { check } from "../support/access.ts";
import { Agent } from "../support/agent.ts";
import { expect, test, watch } from "../support/journey.ts";

interface Named {
  items: { id: string; name: string; priority: number }[];
}

// spec: A-4 R-7
test("a change is seen with its reason, and taken back", async ({ browser, demo, errors }) => {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  const page = await context.newPage();
  const admin = new Agent(page, demo.console);
  await admin.signIn(demo.account("admin"));
  const site = (await admin.read<Named>("/sites")).items[0];
  const rules = `/sites/${site?.id}/rules`;
  const rule = (await admin.read<Named>(rules)).items[0];
  if (!site || !rule) throw new Error("the demo has a site with rules");

  const change = async (name: string) => {
    await page.goto(`/admin${rules}/${rule.id}`);
    await page.getByRole("textbox", { name: "Name", exact: true }).fill(name);
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("link", { name })).toBeVisible();
  };
  await change("First try");
  await change("Second try");

  await page.goto("/admin/audit");
  await page.getByRole("button", { name: "Rule changed: First try" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("cell", { name: rule.name, exact: true })).toBeVisible();
  await expect(dialog.getByRole("cell", { name: "First try", exact: true })).toBeVisible();
  await expect(dialog.getByRole("cell", { name: "Name", exact: true })).toBeVisible();
  await dialog.getByLabel("Why").fill("A better name.");
  await dialog.getByRole("button", { name: "Save note" }).click();
  await expect(page.getByText("The note was saved.")).toBeVisible();
  await check(page, "a change and its note");
  await page.keyboard.press("Escape");

  await page.goto(`/admin/sites/${site.id}/versions`);
  const first = page.getByRole("row", { name: /First try/ });
  await expect(first).toContainText("A better name.");
  await first.getByRole("button", { name: "Go back to this" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Go back to this" }).click();
  await expect(page.getByRole("button", { name: "Rule brought back: First try" })).toBeVisible();
  expect((await admin.read<Named>(rules)).items.map(({ name }) => name)).toContain("First try");
  await context.close();
});
