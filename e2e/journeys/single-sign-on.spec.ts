/** Signing in through a provider: set up in the console, tried, used, refused in words, and open to new people. */
import type { Browser, Page } from "@playwright/test";
import { check } from "../support/access.ts";
import type { Demo } from "../support/demo.ts";
import { another, expect, test, watch } from "../support/journey.ts";
import { client, LocalProvider } from "../support/provider.ts";

const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 800 };

async function someone(browser: Browser, demo: Demo, errors: string[], viewport = desktop): Promise<Page> {
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB", viewport });
  await watch(context, errors);
  const page = await context.newPage();
  await page.goto("/visitors");
  return page;
}

async function comeAs(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Sign in with Acme" }).click();
  await page.getByRole("link", { name: `I am ${name}`, exact: true }).click();
}

async function isClean(page: Page): Promise<void> {
  await check(page, page.url());
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect.soft(wider, "nothing goes beyond the screen").toBeLessThanOrEqual(0);
}

async function save(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: "Save" })).toBeHidden();
}

async function setUp(page: Page, demo: Demo, issuer: string): Promise<void> {
  await page.goto("/admin/users");
  await page.getByRole("link", { name: "Single sign-on" }).click();
  await expect(page.getByText(`${demo.console}/api/v1/session/provider`)).toBeVisible();
  await page.getByLabel("Issuer URL").fill("http://127.0.0.1:9");
  await page.getByRole("button", { name: "Test the provider" }).click();
  await expect(page.getByRole("alert")).toContainText(
    "127.0.0.1:9/.well-known/openid-configuration cannot be reached",
  );
  await page.getByLabel("Issuer URL").fill(`${issuer}/`);
  await page.getByRole("button", { name: "Test the provider" }).click();
  await expect(page.getByRole("alert")).toContainText(
    `The provider calls itself ${issuer}. Enter exactly that`,
  );
  await page.getByLabel("Issuer URL").fill(issuer);
  await page.getByRole("button", { name: "Test the provider" }).click();
  await expect(page.getByText(`People will sign in at ${issuer}/auth.`)).toBeVisible();
  await page.getByRole("switch", { name: "People can sign in through the provider" }).check();
  await page.getByLabel("Text of the button").fill("Sign in with Acme");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(/is missing, without which nobody/i)).toHaveCount(2);
  await page.getByLabel("Client ID").fill(client.id);
  await page.getByLabel("Client secret").fill(client.secret);
  await save(page);
  await expect(page.getByText("One is kept. Leave it empty to keep it.")).toBeVisible();
  await expect(page.getByLabel("Client secret")).toHaveValue("");
}

// spec: A-4
test("people sign in through a provider that an administrator has set up", async ({
  browser,
  demo,
  errors,
  expectedErrors,
}) => {
  test.setTimeout(300_000);
  expectedErrors.push(/401/, /403/, /422/, /4401/);
  const provider = await LocalProvider.start(`${demo.console}/api/v1/session/provider`, {
    root: { name: "Root", email: demo.account("admin").email, email_verified: true },
    mia: { name: "Mia", email: "mia@acme.test", email_verified: true, groups: ["support"] },
    noor: { name: "Noor", email: "noor@acme.test", email_verified: false },
  });
  const { page } = await another(browser, demo, "admin", errors);
  await setUp(page, demo, provider.issuer);
  for (const viewport of [desktop, phone]) {
    await page.setViewportSize(viewport);
    await isClean(page);
  }
  await page.setViewportSize(desktop);
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await comeAs(page, "root");
  await expect(page).toHaveURL(/\/admin\/single-sign-on$/);
  await expect(page.getByRole("heading", { name: "Single sign-on", exact: true })).toBeVisible();

  const mia = await someone(browser, demo, errors, phone);
  await expect(mia.getByRole("button", { name: "Sign in with Acme" })).toBeVisible();
  await isClean(mia);
  await comeAs(mia, "nobody");
  await expect(mia.getByText("The provider did not let you in.")).toBeVisible();
  await comeAs(mia, "mia");
  await expect(mia.getByText("You are not known here. Ask an administrator to add you.")).toBeVisible();
  await expect(mia).toHaveURL(`${demo.console}/`);
  await isClean(mia);

  await page.getByRole("switch", { name: "Make users of people who are not known here" }).check();
  await page.getByLabel("Claim that decides the role").fill("groups");
  for (const [label, value] of [
    ["Further scopes", "groups"],
    ["Values that make a supervisor", "support"],
  ] as const) {
    await page.getByRole("combobox", { name: label }).fill(value);
    await page.keyboard.press("Enter");
  }
  await isClean(page);
  await save(page);
  await mia.goto("/visitors");
  await mia.getByRole("button", { name: "Sign in with Acme" }).click();
  await expect(mia.getByRole("button", { name: "Account of Mia" })).toBeVisible();
  await expect(mia).toHaveURL(/\/visitors$/);
  await mia.goto("/account");
  await expect(mia.getByText("mia@acme.test · Supervisor")).toBeVisible();
  await expect(mia.getByRole("heading", { name: "Password" })).toHaveCount(0);
  const noor = await someone(browser, demo, errors);
  await comeAs(noor, "noor");
  await expect(noor.getByText("The provider has not verified your e-mail address.")).toBeVisible();

  await page
    .getByRole("switch", { name: "Agents and supervisors may sign in with a password too" })
    .uncheck();
  await save(page);
  await noor.goto("/");
  await expect(noor.getByLabel("Password", { exact: true })).toHaveCount(0);
  await isClean(noor);
  await noor.getByRole("button", { name: "Sign in with a password" }).click();
  const { email, password } = demo.account("alice");
  await noor.getByRole("textbox", { name: "E-mail" }).fill(email);
  await noor.getByLabel("Password", { exact: true }).fill(password);
  await noor.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(noor.getByRole("alert")).toHaveText("Only administrators sign in with a password here.");
  const root = await someone(browser, demo, errors);
  await root.getByRole("button", { name: "Sign in with a password" }).click();
  await root.getByRole("textbox", { name: "E-mail" }).fill(demo.account("admin").email);
  await root.getByLabel("Password", { exact: true }).fill(demo.account("admin").password);
  await root.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(root.getByRole("navigation", { name: "Main" })).toBeVisible();

  await page.goto("/admin/audit");
  await expect(page.getByRole("row", { name: /User created: Mia/ })).toContainText(
    "By signing in through the provider",
  );
  await page.goto("/admin/users");
  await expect(page.getByRole("row", { name: /Mia/ })).toContainText("Enabled, through the provider");
  await page.getByRole("link", { name: /Mia/ }).click();
  await page.getByRole("button", { name: "Take the link away" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take the link away" }).click();
  await expect(page.getByText("Mia is not linked any more.")).toBeVisible();
  await Promise.all([page, mia, noor, root].map((one) => one.context().close()));
  provider.stop();
});
