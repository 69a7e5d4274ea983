/** Waiting, and what there is instead of a chat: places, leaving the queue, closed hours, enquiries. */
import type { Browser } from "@playwright/test";
import { Agent } from "../support/agent.ts";
import type { Demo } from "../support/demo.ts";
import { test as base, expect, watch } from "../support/journey.ts";
import { Smtpd } from "../support/smtpd.ts";
import { openShadowRoots, Visitor } from "../support/visitor.ts";

interface Queue {
  id: string;
  site_id: string;
  is_default: boolean;
  plan: { routing: object; alternatives: object; enquiry: object };
}

const test = base.extend<{ smtpd: Smtpd; admin: Agent }>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the names
  smtpd: async ({}, use) => {
    const smtpd = await Smtpd.start();
    await use(smtpd);
    await smtpd.remove();
  },
  options: async ({ smtpd }, use) =>
    use(["--smtp-url", `smtp://127.0.0.1:${smtpd.port}`, "--mail-from", "Shop <chat@shop.example>"]),
  admin: async ({ browser, demo, errors }, use) => {
    const context = await browser.newContext({ baseURL: demo.console, locale: "en-GB" });
    await watch(context, errors);
    const admin = new Agent(await context.newPage(), demo.console);
    await admin.signIn(demo.account("admin"));
    await use(admin);
    await context.close();
  },
});

/** The queue of the launcher, changed. */
async function change(admin: Agent, plan: Partial<Queue["plan"]>): Promise<Queue> {
  const { items: sites } = await admin.read<{ items: { id: string }[] }>("/sites");
  const { items } = await admin.read<{ items: Queue[] }>(`/sites/${sites[0]?.id}/queues`);
  const queue = items.find((known) => known.is_default);
  if (!queue) throw new Error("the demo has a queue of the launcher");
  const data = { plan: { ...queue.plan, form_reactive: [], ...plan } };
  const answer = await admin.page.request.patch(`${admin.origin}/api/v1/queues/${queue.id}`, { data });
  expect(answer.status(), await answer.text()).toBe(200);
  return queue;
}

async function another(browser: Browser, demo: Demo, errors: string[]): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: demo.shop, locale: "en-GB" });
  await watch(context, errors);
  await context.addInitScript(openShadowRoots);
  return new Visitor(await context.newPage());
}

async function opens(visitor: Visitor): Promise<void> {
  await visitor.page.goto("/");
  await visitor.widget.getByRole("button", { name: /chat/i }).first().click();
}

// spec: Q-3
test("the place falls as those before are answered", async ({
  browser,
  demo,
  errors,
  visitor,
  admin,
  agent,
}) => {
  await change(admin, { alternatives: { no_agent: { do: "wait" } } });
  await agent.page.getByRole("button", { name: /^Status:/ }).click();
  await agent.page.getByRole("menuitem", { name: /^Away New chats/ }).click();
  const first = await another(browser, demo, errors);
  await opens(first);
  const place = (of: Visitor, n: number) =>
    expect(of.widget.locator("dl div", { hasText: "Place in the queue" }).locator("dd")).toHaveText(
      String(n),
    );
  await place(first, 1);
  await opens(visitor);
  await place(visitor, 2);
  await agent.ready();
  await agent.answer();
  await place(visitor, 1);
  await first.page.context().close();
});

// spec: Q-5
test("who waits too long may leave a message", async ({ visitor, admin }) => {
  await change(admin, {
    routing: { dequeue_after_s: 2, dequeue: { do: "enquiry" } },
    alternatives: { no_agent: { do: "wait" } },
  });
  await opens(visitor);
  await expect(visitor.widget.getByText(/Nobody could answer in time/)).toBeVisible();
  await expect(visitor.widget.getByLabel("Your message")).toBeVisible();
});

// spec: Q-5
test("who waits too long is led to another page, once", async ({ visitor, admin, demo }) => {
  const url = `${demo.shop}/prices`;
  await change(admin, {
    routing: { dequeue_after_s: 2, dequeue: { do: "url", url } },
    alternatives: { no_agent: { do: "wait" } },
  });
  await opens(visitor);
  await visitor.page.waitForURL(/\/prices/);
  await visitor.page.goto("/");
  await expect(visitor.widget).toBeAttached();
  await expect(visitor.page).toHaveURL(`${demo.shop}/`);
});

// spec
test("an enquiry comes by mail and stands in the console", async ({ visitor, admin, agent, smtpd }) => {
  await change(admin, {
    alternatives: { out_of_hours: { do: "enquiry" } },
    enquiry: { emails: ["advice@shop.example"], form: [] },
  });
  const { items } = await admin.read<{ items: { id: string }[] }>("/sites");
  await admin.page.goto(`${admin.origin}/admin/sites/${items[0]?.id}/queues`);
  await admin.page.getByRole("table").getByRole("link").first().click();
  await admin.page.getByRole("button", { name: "Open or close" }).click();
  await admin.page.getByRole("menuitem", { name: "for 4 hours" }).first().click();
  await expect(admin.page.getByText("by hand")).toBeVisible();

  await opens(visitor);
  const { widget } = visitor;
  await expect(widget.getByText(/We open again on/)).toBeVisible();
  await widget.getByLabel("Name").fill("Kari Nordmann");
  await widget.getByLabel("E-mail").fill("kari");
  await widget.getByLabel("Your message").fill("Is the blue chair in stock?");
  await widget.getByRole("button", { name: "Send" }).click();
  await expect(widget.getByText("Please enter a valid e-mail address.")).toBeVisible();
  await widget.getByLabel("E-mail").fill("kari@home.example");
  await widget.getByRole("button", { name: "Send" }).click();
  await expect(widget.getByRole("heading", { name: "Your message has been sent" })).toBeVisible();

  await expect.poll(async () => (await smtpd.mails()).length).toBe(1);
  const [mail = ""] = await smtpd.mails();
  expect(mail).toContain("Reply-To: kari@home.example");
  expect(mail).toContain("Is the blue chair in stock?");

  await agent.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Enquiries" }).click();
  await agent.page.getByRole("link", { name: /Kari Nordmann/ }).click();
  await expect(agent.page.getByRole("link", { name: "Answer by e-mail" })).toHaveAttribute(
    "href",
    /^mailto:kari%40home\.example/,
  );
  await agent.page.getByRole("button", { name: "Mark as done" }).click();
  await expect(agent.page.getByText(/Done by Alice/)).toBeVisible();
});
