/** From a page view to an answer and to the end, across two origins and two browsers. */
import { expect, test } from "../support/journey.ts";

// spec: R-4, O-1, O-5, Q-3, Q-8, C-3, P-3, P-4, P-5, P-6, P-7
test("a visitor is offered help, accepts, waits, talks with an agent and leaves", async ({
  visitor,
  agent,
}) => {
  const required_ms = 10_000;
  let told_at = 0;
  let offered_at = 0;
  visitor.page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      if (!told_at && String(payload).includes('"hello"')) told_at = Date.now();
    });
    socket.on("framereceived", ({ payload }) => {
      if (!offered_at && String(payload).includes('"type":"offer"')) offered_at = Date.now();
    });
  });
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.waitFor({ timeout: 20_000 });
  const waited = offered_at - told_at;
  expect(waited).toBeGreaterThan(required_ms - 100);
  expect(waited).toBeLessThan(required_ms + 1_000);

  await expect(visitor.offer).toHaveAccessibleName(/\S/);

  await visitor.accept.click();
  await expect(visitor.send).toBeDisabled();
  await visitor.fillForm("Kari");
  await expect(visitor.widget.getByRole("heading", { name: /You are (in the queue|next)/ })).toBeVisible();

  await expect(agent.ringing).toHaveAccessibleName(/Kari/);
  await agent.answer();
  await expect(agent.page.getByText("/product/oslo-chair").first()).toBeVisible();

  await agent.say("Good morning, Kari.");
  await visitor.sees("Good morning, Kari.");
  const visitor_types = agent.page.locator("[aria-live=polite]", { hasText: "Kari is writing" });
  const agent_types = visitor.widget.getByText("Alice Berg is typing");
  await visitor.composer.fill("Is the oak oiled?");
  await expect(visitor_types).toBeVisible();
  await visitor.send.click();
  await agent.sees("Is the oak oiled?");
  await expect(visitor_types).toBeHidden({ timeout: 3_000 });
  await agent.composer.fill("Yes, twice.");
  await expect(agent_types).toBeVisible();
  await agent.composer.press("Enter");
  await visitor.sees("Yes, twice.");
  await expect(agent_types).toBeHidden({ timeout: 3_000 });
  // Who stops in the middle is no longer shown as writing after a while.
  await visitor.composer.fill("And the");
  await agent.composer.fill("It takes");
  await expect(visitor_types).toBeVisible();
  await expect(agent_types).toBeVisible();
  await expect(visitor_types).toBeHidden();
  await expect(agent_types).toBeHidden();

  await visitor.end();
  await expect(visitor.composer).toBeHidden();
  await expect(agent.page.getByText("The visitor ended the chat").first()).toBeVisible();
  await agent.page.getByRole("button", { name: "Close", exact: true }).click();
  await expect(agent.page.getByText("No chats at the moment")).toBeVisible();
});
