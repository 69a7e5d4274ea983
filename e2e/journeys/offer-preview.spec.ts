/** An offer shown on the customer's own page by a link: made in the console, seen on the site, and nothing comes of it. */
import { Agent } from "../support/agent.ts";
import { expect, test, watch } from "../support/journey.ts";
import { openShadowRoots } from "../support/visitor.ts";

interface List<T> {
  items: T[];
}

// An address that is not of the site is refused.
test.use({ expectedErrors: [/status of 422/] });

// spec: A-4 O-2
test("an offer is looked at on the site by a link, inactive and as it was saved, and nothing is recorded", async ({
  browser,
  demo,
  errors,
}) => {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  await context.addInitScript(openShadowRoots);
  const admin = new Agent(await context.newPage(), demo.console);
  await admin.signIn(demo.account("admin"));
  const { page } = admin;
  const site = (await admin.read<List<{ id: string }>>("/sites")).items[0]?.id;
  const { items } = await admin.read<List<{ id: string; name: string }>>(`/sites/${site}/offers`);
  const offer = items.find(({ name }) => name === "Price advice");
  await page.goto(`/admin/sites/${site}/offers/${offer?.id}`);
  const title = page.getByRole("textbox", { name: "Title", exact: true });
  await title.fill("Looking for a better price?");
  await page.getByRole("switch", { name: "Active" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("There are unsaved changes.")).toHaveCount(0);
  await title.fill("Something that is not saved");

  await page.getByRole("button", { name: "Preview on the site" }).click();
  const dialog = page.getByRole("dialog", { name: "Preview on the site" });
  await expect(dialog.getByText(/unsaved changes/)).toBeVisible();
  const address = dialog.getByLabel("Page");
  await address.fill("https://elsewhere.example/");
  await dialog.getByRole("button", { name: "Open the page" }).click();
  await expect(dialog.getByText("Is on none of the site's origins.")).toBeVisible();
  await address.fill(`${demo.shop}/product/oslo-chair`);
  const [shop] = await Promise.all([
    context.waitForEvent("page"),
    dialog.getByRole("button", { name: "Open the page" }).click(),
  ]);
  const widget = shop.locator("beckon-chat");
  await expect(widget.getByRole("heading", { name: "Looking for a better price?" })).toBeVisible();
  const mark = widget.getByRole("region", { name: "Preview of an offer" });
  await expect(mark).toContainText("Preview of “Price advice”. It is inactive");
  await expect(dialog.getByText(/good until/)).toBeVisible();

  // Nothing is opened, kept or counted.
  await widget.getByRole("button", { name: /^(accept|yes|chat with|ask for)/i }).click();
  await expect(mark).toContainText("no chat was opened");
  await expect(widget.getByRole("textbox")).toHaveCount(0);
  expect((await admin.read<List<object>>("/visits")).items).toEqual([]);
  expect(await shop.evaluate(() => Object.keys(localStorage))).toEqual([]);
  const again = await context.newPage();
  await again.goto(shop.url());
  await expect(again.locator("beckon-chat").getByRole("heading", { name: /better price/ })).toBeVisible();

  // The page then goes on as for any visitor.
  await mark.getByRole("button", { name: "End the preview" }).click();
  await expect(mark).toHaveCount(0);
  await expect.poll(async () => (await admin.read<List<object>>("/visits")).items.length).toBe(1);
  expect(new URL(shop.url()).hash).toBe("");
  await context.close();
});
