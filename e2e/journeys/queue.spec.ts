/** Waiting, and what there is instead of a chat: places, leaving the queue, closed hours, enquiries. */
import { check } from "../support/access.ts";
import { addQueue } from "../support/admin.ts";
import { Agent } from "../support/agent.ts";
import { anotherVisitor, expect, watch, withMail } from "../support/journey.ts";
import type { Visitor } from "../support/visitor.ts";

interface Queue {
  id: string;
  name: string;
  site_id: string;
  is_default: boolean;
  plan: { routing: object; alternatives: object; enquiry: object };
}

const test = withMail.extend<{ admin: Agent }>({
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
  const routing = { ring_time_s: 300 };
  const alternatives = { no_agent: { do: "wait" } };
  await change(admin, { routing, alternatives });
  await agent.page.getByRole("button", { name: /^Status:/ }).click();
  await agent.page.getByRole("menuitem", { name: /^Away New chats/ }).click();
  const first = await anotherVisitor(browser, demo, errors);
  await opens(first);
  const figures = (of: Visitor) => expect(of.widget.locator("dl > div"));
  // Nobody is there: no wait is promised.
  await figures(first).toHaveText(["Place in the queue1"]);
  await opens(visitor);
  await figures(visitor).toHaveText(["Place in the queue2"]);
  await agent.ready();
  await agent.answer();
  await figures(visitor).toHaveText(["Place in the queue1", "Estimated waitUnder a minute"]);
  for (const [settings, shown] of [
    [{ show_position: false }, ["Estimated waitUnder a minute"]],
    [{ show_wait: false }, ["Place in the queue1"]],
    [{ show_position: false, show_wait: false }, []],
  ] as const) {
    await change(admin, { routing: { ...routing, ...settings }, alternatives });
    await expect(async () => {
      await visitor.page.reload();
      await expect(
        visitor.widget.getByRole("heading", { name: /You are (in the queue|next)/ }),
      ).toBeVisible();
      await figures(visitor).toHaveText([...shown], { timeout: 1_000 });
    }).toPass();
  }
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
  await check(visitor.page, "waited too long");
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
  await expect(visitor.widget.getByRole("link", { name: "Continue" })).toHaveAttribute("href", url);
  await check(visitor.page, "another page instead of a chat");
});

// spec: Q-5
test("who waits too long waits in another queue, and is told", async ({ browser, demo, visitor, admin }) => {
  await addQueue(browser, demo, "Orders", "bob");
  const { items: sites } = await admin.read<{ items: { id: string }[] }>("/sites");
  const { items } = await admin.read<{ items: Queue[] }>(`/sites/${sites[0]?.id}/queues`);
  const queue_id = items.find(({ name }) => name === "Orders")?.id;
  await change(admin, {
    routing: { dequeue_after_s: 6, dequeue: { do: "queue", queue_id } },
    alternatives: { no_agent: { do: "wait" } },
  });
  await opens(visitor);
  const status = visitor.widget.getByRole("status").filter({ hasText: "Place in the queue" });
  await expect(status).not.toContainText("another team");
  await expect(status).toContainText(
    "You are now waiting for another team. The time you have waited counts.",
  );
  await check(visitor.page, "moved to another queue");
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
  await check(visitor.page, "enquiry with what is wrong");
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
  await check(agent.page, "enquiry");
  await agent.page.getByRole("button", { name: "Mark as done" }).click();
  await expect(agent.page.getByText(/Done by Alice/)).toBeVisible();
});
