/** Proactive with invite, from the question to the conversation, as the statements say it. */
import { expect, test } from "../support/journey.ts";

// spec: P-1, P-3, P-4, P-5, P-6
test("a Yes brings the form, which asks for what is required, then the queue, an agent and the conversation", async ({
  visitor,
  agent,
}) => {
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.waitFor({ timeout: 20_000 });
  await expect(visitor.reject).toBeVisible();
  await visitor.accept.click();

  const name = visitor.widget.getByRole("textbox", { name: /name/i }).first();
  const star = visitor.widget.locator(".label .star").first();
  await expect(star).toBeVisible();
  const [red, green, blue] = await star.evaluate((element) =>
    (getComputedStyle(element).color.match(/[0-9.]+/g) ?? []).map(Number),
  );
  expect(red).toBeGreaterThan(2 * Math.max(green ?? 255, blue ?? 255));
  await expect(name).toHaveAttribute("aria-required", "true");

  await expect(visitor.send).toBeDisabled();
  await expect(agent.ringing).toBeHidden();
  await name.fill("Kari");
  const email = visitor.widget.getByRole("textbox", { name: /mail/i });
  if ((await email.getAttribute("aria-required")) === "true") {
    await expect(visitor.send).toBeDisabled();
    await email.fill("kari@example.com");
  }
  await expect(visitor.send).toBeEnabled();
  await visitor.send.click();

  await expect(visitor.widget.getByRole("heading", { name: /You are (in the queue|next)/ })).toBeVisible();
  await expect(agent.ringing).toHaveAccessibleName(/Kari/);
  await agent.answer();
  await agent.say("Good morning, Kari.");
  await visitor.sees("Good morning, Kari.");
  await visitor.say("Good morning.");
  await agent.sees("Good morning.");
});
