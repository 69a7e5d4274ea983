/** The snippet in the forms that the console offers: the built widget in real Chromium, on a page of another origin. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { snippetFor } from "../src/console/admin/sites/snippet";
import { context, fake, greet, newContext, troubles, until, visit } from "./stage";

const plain = /<script async.*<\/script>/;
const loader = readFileSync(join(import.meta.dirname, "../dist/widget/beckon.js"));
const integrity = `sha384-${createHash("sha384").update(loader).digest("base64")}`;
const put = (snippet: string) => fake.html((text) => text.replace(plain, snippet));

it("runs from a tag manager, which makes scripts anew", async () => {
  // spec: N-3 A-4
  greet();
  put(snippetFor(fake.live, "site_test", "manager"));
  const manager = await newContext({ bypassCSP: true });
  const page = await visit("/", manager);
  await until("hello");
  await page.getByRole("button", { name: "Chat", exact: true }).waitFor();
  expect(fake.frames[0]).toMatchObject({ type: "hello", site: "site_test" });
  await manager.close();
});

it("names the hash of the loader that was built", () => {
  // spec: A-4
  expect(snippetFor("https://chat.example", "k", "pinned")).toContain(`integrity="${integrity}" crossorigin`);
});

it("runs where the page has pinned it, and holds every bundle against its hash", async () => {
  // spec: X-7 A-4
  greet();
  put(snippetFor(fake.live, "site_test", "pinned"));
  const page = await visit();
  await until("hello");
  const launcher = page.getByRole("button", { name: "Chat", exact: true });
  await launcher.hover();
  await expect.poll(() => fake.requests.some((request) => request.includes("/beckon-chat.js"))).toBe(true);
  await launcher.click();
  await until("open_chat");
  expect(troubles).toEqual([]);
});

it.each(["launcher", "chat", "track"])(
  "runs no bundle of the %s that is another one than the pinned loader was built with",
  async (name) => {
    // spec: X-7
    greet();
    put(snippetFor(fake.live, "site_test", "pinned"));
    await context.route(new RegExp(`beckon-${name}\\.js`), async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: `window.tampered = 1;${await answer.text()}` });
    });
    const page = await visit();
    await until("hello");
    if (name === "chat") await page.getByRole("button", { name: "Chat", exact: true }).hover();
    if (name === "track") await page.evaluate("beckon('set', { plan: 'gold' })");
    await expect.poll(() => troubles.join()).toMatch(/integrity/);
    expect(await page.evaluate(() => "tampered" in window)).toBe(false);
  },
);
