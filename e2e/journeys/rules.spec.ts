/** The list of rules: put in order by dragging and by buttons, with what each has brought today. */
import { check } from "../support/access.ts";
import { Agent } from "../support/agent.ts";
import { another, expect, test, watch } from "../support/journey.ts";

interface Rules {
  items: { id: string; name: string; priority: number }[];
}

// spec: R-1 A-4
test("rules are put in order, and what they brought is counted", async ({
  browser,
  demo,
  errors,
  visitor,
}) => {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  const page = await context.newPage();
  const admin = new Agent(page, demo.console);
  await admin.signIn(demo.account("admin"));
  await admin.ready();
  const site = (await admin.read<Rules>("/sites")).items[0]?.id;
  const names = async () => (await admin.read<Rules>(`/sites/${site}/rules`)).items.map(({ name }) => name);
  await page.goto(`/admin/sites/${site}/rules`);
  const [first, second, third] = await names();
  if (!first || !second || !third) throw new Error("the demo has three rules");

  await page.getByRole("button", { name: `Move ${second} up` }).click();
  await expect(page.getByText(`${second} was moved.`)).toBeVisible();
  expect((await names()).slice(0, 3)).toEqual([second, first, third]);
  await expect(page.getByRole("row").nth(1)).toContainText(second);
  await expect(page.getByRole("button", { name: `Move ${second} up` })).toBeDisabled();

  const row = (name: string) => page.getByRole("row", { name });
  await row(third).getByTitle("Drag to another place").dragTo(row(second));
  await expect(page.getByText(`${third} was moved.`)).toBeVisible();
  expect((await names()).slice(0, 3)).toEqual([third, second, first]);
  await check(page, "rules that were moved");

  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.waitFor({ timeout: 20_000 });
  await expect(page.getByRole("cell", { name: "1 shown" })).toBeVisible({ timeout: 20_000 });
  await context.close();
});

// spec: A-4 R-7
test("a rule that is being changed is saved before it is tested", async ({ browser, demo, errors }) => {
  const admin = await another(browser, demo, "admin", errors);
  const { page } = admin;
  const site = (await admin.read<Rules>("/sites")).items[0]?.id;
  const rule = (await admin.read<Rules>(`/sites/${site}/rules`)).items[0];
  await page.goto(`/admin/sites/${site}/rules/${rule?.id}`);
  await expect(page.getByRole("link", { name: "Test the rules" })).toBeVisible();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Half a minute on the checkout form");
  await expect(page.getByText("so this one is saved first")).toBeVisible();
  await page.getByRole("button", { name: "Test with these changes" }).click();
  await expect(page.getByRole("heading", { name: "Rule test", exact: true })).toBeVisible();
  await expect(page.getByText("Saved. It takes effect at once")).toBeVisible();
  const { items } = await admin.read<Rules>(`/sites/${site}/rules`);
  expect(items.map(({ name }) => name)).toContain("Half a minute on the checkout form");
  await page.context().close();
});
