/** One's own account: where one is signed in, ending that elsewhere, and the password. */
import type { Agent } from "../support/agent.ts";
import { another, expect, test } from "../support/journey.ts";

// spec: A-4
test("whoever ends a session elsewhere sees it go there at once", async ({
  browser,
  demo,
  errors,
  expectedErrors,
  agent,
}) => {
  // The console that is cut off asks once more, and is told so.
  expectedErrors.push(/401|4401/);
  const elsewhere = await another(browser, demo, "alice", errors);
  const admin = await another(browser, demo, "admin", errors);
  const { page } = agent;
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("button", { name: "Your account" }).click();
  await expect(page.getByText("This browser")).toBeVisible();
  await expect(page.getByText("Chrome on Linux")).toHaveCount(2);
  await page.getByRole("button", { name: "End the session of Chrome on Linux" }).click();
  await expect(elsewhere.page.getByRole("button", { name: "Sign in" })).toBeVisible({ timeout: 5_000 });
  await expect(page.getByText("Chrome on Linux")).toHaveCount(1);

  await elsewhere.signIn(demo.account("alice"));
  await page.getByLabel("Present password").fill("not this one");
  await page.getByLabel("New password").fill("another horse");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("This is not your present password.")).toBeVisible();
  expectedErrors.push(/422/);
  await page.getByLabel("Present password").fill(demo.account("alice").password);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("The password was changed.")).toBeVisible();
  await expect(elsewhere.page.getByRole("button", { name: "Sign in" })).toBeVisible({ timeout: 5_000 });
  await elsewhere.signIn({ ...demo.account("alice"), password: "another horse" });

  await admin.page.goto("/admin/users");
  await admin.page.getByRole("link", { name: /Alice/ }).click();
  await admin.page.getByRole("button", { name: "End sessions" }).click();
  await admin.page.getByRole("dialog").getByRole("button", { name: "End sessions" }).click();
  for (const { page } of [agent, elsewhere])
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible({ timeout: 5_000 });
  await admin.page.goto("/admin/audit");
  await expect(admin.page.getByRole("row", { name: /User changed: Alice/ })).toBeVisible();
  await Promise.all([elsewhere, admin].map(({ page }: Agent) => page.context().close()));
});
