/** A network that goes away and comes back under a chat, or goes silent without a word. */
import type { Page } from "@playwright/test";
import { check } from "../support/access.ts";
import type { Agent } from "../support/agent.ts";
import { another, chat, expect, test } from "../support/journey.ts";

/** The texts of the chat's messages as the server has them. */
async function stored(agent: Agent): Promise<string[]> {
  const [chat] = (await agent.read<{ items: { id: string }[] }>("/chats")).items;
  const { items } = await agent.read<{ items: { text: string }[] }>(`/chats/${chat?.id}/messages`);
  return items.map(({ text }) => text);
}

const lost = /WebSocket|ERR_INTERNET_DISCONNECTED/;

// spec
test("what both sides write while the visitor is offline arrives once, in order", async ({
  visitor,
  agent,
  expectedErrors,
}) => {
  expectedErrors.push(lost);
  await chat(visitor, agent);
  const context = visitor.page.context();
  await context.setOffline(true);
  await visitor.say("written offline 1");
  await visitor.say("written offline 2");
  // What the agent says later is stored by now; what the visitor wrote before would be too, had it left the browser.
  await agent.say("sent meanwhile");
  await expect.poll(() => stored(agent)).toContain("sent meanwhile");
  expect(await stored(agent)).not.toContain("written offline 1");
  await expect(agent.log.getByText("written offline 1")).toHaveCount(0);
  await expect(visitor.widget.getByText(/^The connection is lost/)).toBeVisible();
  await expect(visitor.log.getByText("Waiting for the connection").first()).toBeVisible();
  await check(visitor.page, "connection lost, messages kept");
  await context.setOffline(false);

  await agent.sees("written offline 1");
  await agent.sees("written offline 2");
  await visitor.sees("sent meanwhile");
  await visitor.sees("written offline 2");
  const order = (text: string) => (text.match(/written offline \d/g) ?? []).join(" ");
  expect(order(await agent.log.innerText())).toBe("written offline 1 written offline 2");
  expect(order(await visitor.log.innerText())).toBe("written offline 1 written offline 2");
});

// spec: Q-7
test("an agent who was offline finds what was written", async ({ visitor, agent, expectedErrors }) => {
  expectedErrors.push(lost);
  await chat(visitor, agent);
  await agent.page.context().setOffline(true);
  await visitor.say("are you still there?");
  await visitor.sees("are you still there?");
  // Taken in by the server, and not yet in a browser of the agent.
  await expect(visitor.log.getByText("Sent", { exact: true }).last()).toBeVisible();
  await agent.page.context().setOffline(false);
  await agent.sees("are you still there?");
  await agent.say("I am.");
  await visitor.sees("I am.");
});

// spec: Q-9
test("what an agent wrote while the chat went to somebody else is their draft again", async ({
  browser,
  demo,
  errors,
  visitor,
  agent,
  expectedErrors,
}) => {
  // After the reload the messages of a colleague's chat are refused.
  expectedErrors.push(lost, /404 \(Not Found\)/);
  await chat(visitor, agent);
  const sue = await another(browser, demo, "sue", errors);
  await sue.page.getByRole("link", { name: /Kari/ }).first().click();
  await agent.page.context().setOffline(true);
  await agent.say("written offline 1");
  await agent.say("written offline 2");
  await agent.composer.fill("and begun");
  await sue.page.getByRole("button", { name: "Take over" }).click();
  await sue.page.getByRole("dialog").getByRole("button", { name: "Take over" }).click();
  await expect(visitor.log.getByText("Sue Dahl looks after you now.")).toBeVisible();
  const said = expect(agent.page.getByText(/^Not sent\. .* kept as your draft\.$/).first()).toBeVisible();
  await agent.page.context().setOffline(false);
  await said;
  const kept = agent.page.getByText(/Your draft is kept: written offline 1\s+written offline 2\s+and begun/);
  await expect(kept).toBeVisible();
  await expect(agent.log.getByText("written offline")).toHaveCount(0);
  await agent.page.reload();
  await expect(kept).toBeVisible();
  await sue.say("I go on from here.");
  await visitor.sees("I go on from here.");
  await expect(visitor.log.getByText("written offline")).toHaveCount(0);
});

/** From now on nothing passes over the connections that the page has, and neither end is told. */
async function silenceable(page: Page): Promise<() => void> {
  const silent = new WeakSet<object>();
  const open: object[] = [];
  await page.routeWebSocket(/\/live\//, (socket) => {
    const server = socket.connectToServer();
    open.push(socket);
    socket.onMessage((message) => silent.has(socket) || server.send(message));
    server.onMessage((message) => silent.has(socket) || socket.send(message));
    socket.onClose(() => {});
    server.onClose(
      (code, reason) => silent.has(socket) || socket.close({ code: code ?? 1000, reason: reason ?? "" }),
    );
  });
  return () => {
    for (const socket of open) silent.add(socket);
  };
}

// spec: X-1
test("a visitor who only reads notices that the connection has gone silent", async ({ visitor, agent }) => {
  test.slow();
  const silence = await silenceable(visitor.page);
  await chat(visitor, agent);
  silence();
  await agent.say("said into the silence");
  await expect(visitor.log.getByText("said into the silence")).toBeVisible({ timeout: 45_000 });
});

// spec: X-1
test("a console at which nobody does anything notices that the connection has gone silent", async ({
  visitor,
  agent,
}) => {
  test.slow();
  const silence = await silenceable(agent.page);
  await agent.page.reload();
  await chat(visitor, agent);
  silence();
  await visitor.say("said into the silence");
  await expect(agent.log.getByText("said into the silence")).toBeVisible({ timeout: 45_000 });
});
