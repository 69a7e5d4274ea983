/** Accounts: where one is signed in, ending that elsewhere, the password, invitations, and the second step. */
import { createHmac } from "node:crypto";
import { check } from "../support/access.ts";
import type { Agent } from "../support/agent.ts";
import { another, expect, test, watch } from "../support/journey.ts";

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
  await expect(elsewhere.page.getByRole("button", { name: "Sign in" })).toBeVisible();
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
  await expect(elsewhere.page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await elsewhere.signIn({ ...demo.account("alice"), password: "another horse" });

  await admin.page.goto("/admin/users");
  await admin.page.getByRole("link", { name: /Alice/ }).click();
  await admin.page.getByRole("button", { name: "End sessions" }).click();
  await admin.page.getByRole("dialog").getByRole("button", { name: "End sessions" }).click();
  for (const { page } of [agent, elsewhere])
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await admin.page.goto("/admin/audit");
  for (const what of ["A new password", "All sessions were ended"]) {
    const line = admin.page.getByRole("row", { name: /User changed: Alice/ }).filter({ hasText: what });
    await expect(line).toHaveCount(1);
  }
  await Promise.all([elsewhere, admin].map(({ page }: Agent) => page.context().close()));
});

// spec: A-4
test("whoever is invited opens the link, chooses a password and is in", async ({
  browser,
  demo,
  errors,
  expectedErrors,
}) => {
  const admin = await another(browser, demo, "admin", errors);
  const { page } = admin;
  await page.goto("/admin/users/new");
  await page.getByRole("textbox", { name: "E-mail" }).fill("mia@demo.test");
  await page.getByRole("textbox", { name: "Name" }).fill("Mia");
  await page.getByRole("button", { name: "Create" }).click();
  const link = (await page.getByText(/\/invitation#/).textContent()) ?? "";
  await page.goto("/admin/users");
  await expect(page.getByRole("row", { name: /Mia/ })).toContainText("Invited, until");
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  const invited = await context.newPage();
  await invited.goto(link);
  await expect(invited.getByRole("heading", { name: "You are invited" })).toBeVisible();
  await expect(invited.getByRole("textbox", { name: "E-mail" })).toHaveValue("mia@demo.test");
  await invited.getByLabel("Password", { exact: true }).fill("correct horse");
  await check(invited, "invitation");
  await invited.getByRole("button", { name: "Accept and sign in" }).click();
  await expect(invited.getByRole("button", { name: "Account of Mia" })).toBeVisible();
  expectedErrors.push(/404/);
  await invited.goto("/");
  await invited.goto(link);
  await expect(invited.getByText("This link is not good any more")).toBeVisible();
  await check(invited, "dead link");
  await page.reload();
  await expect(page.getByRole("row", { name: /Mia/ })).toContainText("Enabled");
  await page.getByRole("link", { name: /Mia/ }).click();
  await page.getByRole("button", { name: "Make a link" }).click();
  await invited.goto((await page.getByText(/\/new-password#/).textContent()) ?? "");
  await expect(invited.getByRole("heading", { name: "A new password" })).toBeVisible();
  await check(invited, "new password");
  await page.getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText(/\/new-password#/)).toBeHidden();
  await Promise.all([page.context().close(), context.close()]);
});

/** What an app shows for this secret, `ahead` steps from now. */
function codeOf(secret: string, ahead = 0): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const mac = createHmac("sha1", key).update(counter).digest();
  const number = mac.readUInt32BE((mac[19] ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

// spec: A-4
test("where everyone must use a second step it is set up before anything else, then asked for", async ({
  browser,
  demo,
  errors,
  expectedErrors,
}) => {
  expectedErrors.push(/401/);
  const admin = await another(browser, demo, "admin", errors);
  await admin.page.goto("/admin/workspace");
  await admin.page.getByRole("switch", { name: "Everyone uses a second step" }).check();
  await admin.page.getByRole("button", { name: "Save" }).click();
  await expect(admin.page.getByText("There are unsaved changes.")).toHaveCount(0);
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  const page = await context.newPage();
  const { email, password } = demo.account("bob");
  const enter = async () => {
    await page.goto("/chats");
    await page.getByRole("textbox", { name: "E-mail" }).fill(email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  };
  await enter();
  await expect(page.getByRole("heading", { name: "Set up the second step" })).toBeVisible();
  await page.goto("/visitors");
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  await check(page, "setting up the second step");
  const secret = ((await page.locator("code").textContent()) ?? "").replaceAll(" ", "");
  await page.getByLabel("First code").fill("000000");
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByText("The code is not right")).toBeVisible();
  await page.getByLabel("First code").fill(codeOf(secret));
  await page.getByRole("button", { name: "Turn on" }).click();
  const recovery = (await page.getByRole("listitem").first().textContent()) ?? "";
  expect(recovery).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
  await page.getByRole("button", { name: "I have kept them" }).click();
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();

  await context.clearCookies();
  await enter();
  await expect(page.getByLabel("Code")).toBeVisible();
  await check(page, "second step of signing in");
  await page.getByLabel("Code").fill(recovery);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
  await context.clearCookies();
  await enter();
  await page.getByLabel("Code").fill(recovery);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("The code is not right")).toBeVisible();
  await page.getByLabel("Code").fill(codeOf(secret, 1));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();

  await admin.page.goto("/admin/users");
  await admin.page.getByRole("link", { name: /Bob/ }).click();
  await admin.page.getByRole("button", { name: "Turn off" }).click();
  await admin.page.getByRole("dialog").getByRole("button", { name: "Turn off" }).click();
  await expect(admin.page.getByRole("heading", { name: "Second step", exact: true })).toBeHidden();
  await context.clearCookies();
  await enter();
  await expect(page.getByRole("heading", { name: "Set up the second step" })).toBeVisible();
  await Promise.all([admin.page.context().close(), context.close()]);
});
