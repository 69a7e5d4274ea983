/** From a new site to its first chat, as an administrator goes it: each mark appears once the server has seen it. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { check } from "../support/access.ts";
import { Agent } from "../support/agent.ts";
import { anotherVisitor, expect, test, watch } from "../support/journey.ts";

/** A website whose pages carry whatever snippet they were given last. */
async function startWebsite() {
  let snippet = "";
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end(
      `<!doctype html><html lang="en"><head><title>Prices</title>${snippet}</head><body></body></html>`,
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, carry: (text: string) => (snippet = text), close: () => server.close() };
}

// The snippet is refused where it is not allowed.
test.use({ expectedErrors: [/status of 403/] });

// spec: A-4
test("marks appear from the new site to the first chat", async ({ browser, demo, errors, agent }) => {
  const website = await startWebsite();
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  const page = await context.newPage();
  const admin = new Agent(page, demo.console);
  await admin.signIn(demo.account("admin"));
  await page.goto("/admin/sites/new");
  await page.getByRole("textbox", { name: "Name" }).fill("Prices");
  await page
    .getByRole("combobox", { name: "Allowed origins" })
    .or(page.getByLabel("Allowed origins"))
    .first()
    .fill("https://prices.example");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("heading", { name: "Set up Prices" })).toBeVisible();
  await expect(page.getByText("1 of 6 done")).toBeVisible();
  await check(page, "setup of a new site");

  website.carry((await page.getByText(/^<script async/).textContent()) ?? "");
  const visitor = await anotherVisitor(browser, demo, errors);
  await visitor.page.goto(website.origin);
  await expect(
    page.getByText(`Seen on ${website.origin}, which is not one of the site's origins`),
  ).toBeVisible({
    timeout: 20_000,
  });
  await check(page, "setup with an origin that is not known");
  await page.getByRole("button", { name: "Add this origin" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Add this origin" }).click();
  await expect(page.getByText(`${website.origin} was added.`)).toBeVisible();
  await visitor.page.context().close();

  const second = await anotherVisitor(browser, demo, errors);
  await second.page.goto(website.origin);
  await expect(page.getByText(`Seen on ${website.origin}`)).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText("2 of 6 done")).toBeVisible();

  await page.getByRole("button", { name: "These hours are right" }).click();
  await expect(page.getByText("3 of 6 done")).toBeVisible();
  await page.getByRole("link", { name: "Hours of the queue" }).click();
  await expect(page.getByRole("tab", { name: "Hours", selected: true })).toBeVisible();
  const queue = page.url().match(/queues\/([^?]+)/)?.[1];
  const site = page.url().match(/sites\/([^/]+)/)?.[1];
  const headers = { origin: demo.console };
  const call = async (method: string, path: string, data: object) => {
    const answer = await page.request.fetch(`${demo.console}/api/v1${path}`, { method, data, headers });
    expect(answer.ok(), await answer.text()).toBe(true);
  };
  const alice = (await agent.read<{ user: { id: string } }>("/session")).user.id;
  await call("PATCH", `/queues/${queue}`, { agents: [alice] });
  const plan = { queue_id: queue, action: "engage_without_invite", match_value: "/never" };
  await call("POST", `/sites/${site}/rules`, { priority: 1, name: "Prices", plan });
  await page.goto(`/admin/sites/${site}/setup`);
  await expect(page.getByText("5 of 6 done")).toBeVisible();

  await second.page.reload();
  await second.launcher.click();
  await agent.answer();
  await expect(page.getByText("Everything is done.")).toBeVisible({ timeout: 20_000 });
  await second.page.context().close();
  await context.close();
  website.close();
});
