/** A strict Content-Security-Policy, and pages that Beckon does not disturb. */
import { expect, test } from "../support/journey.ts";

const pages = [
  "/",
  "/category/chairs",
  "/product/oslo-chair",
  "/product/bergen-armchair",
  "/product/voss-stool",
  "/prices",
  "/checkout",
  "/thank-you",
];

// spec: T-1, X-8. That no page logs an error is watched in every journey.
test("every page of the shop runs under its policy with the widget on it", async ({ visitor }) => {
  for (const path of pages) {
    const answer = await visitor.page.goto(path);
    expect(answer?.status(), path).toBe(200);
    expect(answer?.headers()["content-security-policy"], path).toContain("default-src 'none'");
    expect(answer?.headers()["content-security-policy"], path).not.toContain("unsafe");
    await expect(visitor.launcher, path).toBeVisible();
  }
});

// spec: T-1
test("the page gets one global and no style", async ({ visitor }) => {
  await visitor.page.goto("/prices");
  await expect(visitor.launcher).toBeVisible();
  const added = await visitor.page.evaluate(() => {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    const plain = new Set(Object.getOwnPropertyNames(frame.contentWindow));
    frame.remove();
    return Object.getOwnPropertyNames(window).filter((name) => !plain.has(name) && !/^\d+$|^__/.test(name));
  });
  expect(added).toEqual(["beckon"]);
  expect(await visitor.page.locator("style").count()).toBe(0);
});

// spec: T-1, X-8
test("a page without a server behind the widget works and stays quiet", async ({
  visitor,
  demo,
  expectedErrors,
}) => {
  expectedErrors.push(/ERR_CONNECTION_REFUSED|ERR_FAILED|WebSocket/);
  let requests = 0;
  visitor.page.on("request", (request) => {
    if (request.url().startsWith(demo.console)) requests += 1;
  });
  await visitor.page.route(`${demo.console}/**`, (route) => route.abort());
  await visitor.page.goto("/checkout");
  await visitor.page.getByRole("textbox", { name: "Name" }).fill("Kari");
  await visitor.page.waitForTimeout(5_000);
  await expect(visitor.page.getByRole("button", { name: "Place the order" })).toBeVisible();
  expect(requests).toBeLessThan(5);
});

// spec: T-1
test("the checkout form arrives at the thank-you page", async ({ visitor }) => {
  await visitor.page.goto("/checkout");
  const fields = {
    Name: "Kari",
    "E-mail": "kari@example.com",
    "Street and number": "Storgata 1",
    Postcode: "0155",
    City: "Oslo",
  };
  for (const [label, value] of Object.entries(fields))
    await visitor.page.getByLabel(label, { exact: true }).fill(value);
  await visitor.page.getByRole("button", { name: "Place the order" }).click();
  await expect(visitor.page.getByRole("heading", { name: "Thank you" })).toBeVisible();
});

// spec: T-1, X-8
test("where the browser forbids storage the widget works and the page stays quiet", async ({
  visitor,
  agent,
}) => {
  await visitor.page.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage"])
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException("The operation is insecure.", "SecurityError");
        },
      });
  });
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.click({ timeout: 20_000 });
  await visitor.fillForm("Kari");
  await agent.answer();
  await agent.say("Hello, how can I help?");
  await visitor.sees("Hello, how can I help?");
});
