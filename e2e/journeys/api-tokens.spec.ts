/** A token of a program: made, used within its scopes, named in the audit log, revoked. */
import { check } from "../support/access.ts";
import { Agent } from "../support/agent.ts";
import { expect, test, watch } from "../support/journey.ts";

// spec: A-4 N-1
test("a program uses the interface with a token until it is revoked", async ({ browser, demo, errors }) => {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  const page = await context.newPage();
  await new Agent(page, demo.console).signIn(demo.account("admin"));
  await page.goto("/admin/api-tokens");
  await page.getByRole("link", { name: "Add token" }).click();
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByText("Choose at least one.")).toBeVisible();
  await check(page, "new token with what is wrong");
  await page.getByRole("textbox", { name: "Name" }).fill("Deploy");
  await page.getByRole("checkbox", { name: "Change the configuration" }).check();
  await page.getByRole("button", { name: "Create" }).click();
  const token = await page.getByText(/^beckon_/).textContent();
  await check(page, "token");

  const call = (method: string, path: string, body?: object) =>
    fetch(`${demo.console}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: body ? JSON.stringify(body) : null,
    });
  expect((await call("PATCH", "/workspace", { wait_amber_s: 33 })).status).toBe(200);
  expect((await call("GET", "/users")).status).toBe(403);

  await page.goto("/admin/audit");
  await expect(page.getByRole("row", { name: /Workspace changed/ })).toContainText("by token Deploy");
  await page.goto("/admin/api-tokens");
  await expect(page.getByText(/^beckon_/)).toBeHidden();
  await page.getByRole("button", { name: "Revoke Deploy" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(page.getByText("No API tokens yet")).toBeVisible();
  expect((await call("GET", "/workspace")).status).toBe(401);
  await context.close();
});
