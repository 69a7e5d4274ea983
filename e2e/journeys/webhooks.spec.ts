/** Telling another program what happens: making a webhook, its secret, the test, and the log of what was told. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { check } from "../support/access.ts";
import { Agent } from "../support/agent.ts";
import { expect, test, watch } from "../support/journey.ts";

/** A program that is told: it refuses the first delivery and takes the others. */
async function startListener() {
  const told: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      told.push(JSON.parse(body).type);
      if (told.length > 1) response.writeHead(204).end();
      else response.writeHead(503).end("Not yet");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return { told, url, close: () => server.close() };
}

// An address that is refused is answered with 422.
test.use({ expectedErrors: [/status of 422/] });

// spec: N-2
test("a webhook is made, tried, and told what happens", async ({ browser, demo, errors, visitor, agent }) => {
  const listener = await startListener();
  const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
  await watch(context, errors);
  const page = await context.newPage();
  await new Agent(page, demo.console).signIn(demo.account("admin"));
  await page.goto("/admin/webhooks");
  await page.getByRole("link", { name: "Add webhook" }).click();
  await page.getByLabel("Name").fill("CRM");
  await page.getByLabel("Address").fill("http://10.0.0.1/hook");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByText("Choose at least one event.")).toBeVisible();
  await page.getByRole("checkbox", { name: "Offer settled" }).check();
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByText(/is in a private network/i)).toBeVisible();
  await page.getByLabel("Address").fill(listener.url);
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByText(/^whsec_/)).toBeVisible();
  await page.getByRole("button", { name: "Send a test" }).click();
  await expect(page.getByText("next try")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("cell", { name: "Taken" })).toBeVisible({ timeout: 30_000 });
  await page.getByRole("button", { name: /^Show Test/ }).click();
  await expect(page.getByText("Not yet")).toBeVisible();
  await check(page, "deliveries of a webhook");
  await page.keyboard.press("Escape");
  await expect(agent.page.getByRole("main")).toBeVisible();
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.click({ timeout: 20_000 });
  await expect.poll(() => listener.told, { timeout: 20_000 }).toEqual(["ping", "ping", "offer.settled"]);
  await page.reload();
  await expect(page.getByRole("button", { name: /^Show Offer settled/ })).toBeVisible();
  await expect(page.getByText(/^whsec_/)).toBeHidden();
  await context.close();
  listener.close();
});
