/** The pages of a queue: fields put in order beside the real form, and hours drawn on the week. */
import type { Page } from "@playwright/test";
import { another, expect, test } from "../support/journey.ts";
import { openShadowRoots } from "../support/visitor.ts";

interface Queue {
  id: string;
  plan: {
    form_invite: { key: string }[];
    hours: { weekly: { weekday: number; from: string; to: string }[] };
  };
}

const preview = (page: Page) => page.frameLocator('iframe[title="Preview"]');
const saved = (page: Page) => expect(page.getByText("There are unsaved changes.")).toHaveCount(0);

// spec: Q-1 Q-2 Q-6 Q-11
test("the form is put in order by keys and by dragging, and hours are drawn on the week", async ({
  browser,
  demo,
  errors,
}) => {
  const admin = await another(browser, demo, "admin", errors);
  const { page } = admin;
  await page.context().addInitScript(openShadowRoots);
  const site = (await admin.read<{ items: { id: string }[] }>("/sites")).items[0]?.id;
  const queue = async () => (await admin.read<{ items: Queue[] }>(`/sites/${site}/queues`)).items[0];
  const path = `/admin/sites/${site}/queues/${(await queue())?.id}`;
  await page.goto(`${path}?tab=form`);
  const first = preview(page).getByRole("textbox").first();
  await expect(first).toHaveAccessibleName(/First name/);

  const row = page.getByRole("button", { name: "Edit First name" }).first();
  await row.focus();
  await page.keyboard.press("Alt+ArrowDown");
  await expect(row).toBeFocused();
  await expect(page.getByText("Now 2 of 3")).toBeAttached();
  await expect(first).toHaveAccessibleName(/E-mail/);
  await page
    .getByTitle("Drag to another place")
    .nth(2)
    .dragTo(page.getByRole("button", { name: "Edit E-mail" }).first());
  await expect(first).toHaveAccessibleName(/How can we help/);

  // The form of visitors who come by themselves is as it was.
  await page.getByText("Started by the visitor", { exact: true }).click();
  await expect(first).toHaveAccessibleName(/First name/);

  await page.getByRole("tab", { name: "Alternatives" }).click();
  await page.getByRole("textbox", { name: "Message" }).last().fill("All of us are in a chat.");
  await expect(preview(page).getByText("All of us are in a chat.")).toBeVisible();

  await page.getByRole("tab", { name: "Hours" }).click();
  await page.getByRole("button", { name: "Monday to Friday, 9 to 17" }).click();
  const saturday = page.getByRole("group", { name: "Saturday" });
  const track = saturday.locator('[aria-hidden="true"]').first();
  await track.scrollIntoViewIfNeeded();
  const bar = await track.boundingBox();
  if (!bar) throw new Error("the day has a bar");
  await page.mouse.move(bar.x + bar.width * 0.25, bar.y + bar.height / 2);
  await page.mouse.down();
  await page.mouse.move(bar.x + bar.width * 0.4, bar.y + bar.height / 2);
  await page.mouse.move(bar.x + bar.width * 0.5, bar.y + bar.height / 2);
  await page.mouse.up();
  await expect(saturday.getByRole("textbox", { name: "Saturday, From" })).toHaveValue("06:00");
  await expect(saturday.getByRole("textbox", { name: "Saturday, To" })).toHaveValue("12:00");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await saved(page);

  const plan = (await queue())?.plan;
  expect(plan?.form_invite.map(({ key }) => key)).toEqual(["question", "email", "first_name"]);
  expect(plan?.hours.weekly.filter(({ weekday }) => weekday >= 5)).toEqual([
    { weekday: 5, from: "09:00", to: "17:00" },
    { weekday: 6, from: "06:00", to: "12:00" },
  ]);
  await page.context().close();
});
