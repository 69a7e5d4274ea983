/** Several tabs of one browser, reloads and navigation. */
import { chat, expect, test, transcript } from "../support/journey.ts";
import { Visitor } from "../support/visitor.ts";

interface Visits {
  items: { id: string }[];
}

interface Visit {
  presentations: { outcome: string | null }[];
}

// spec: T-4, O-3, O-6, O-10
test("two tabs get one offer, and both see its outcome", async ({ visitor, agent }) => {
  const other = new Visitor(await visitor.page.context().newPage());
  await visitor.page.goto("/product/oslo-chair");
  await other.page.goto("/product/voss-stool");
  await expect
    .poll(async () => (await visitor.reject.isVisible()) || (await other.reject.isVisible()), {
      timeout: 20_000,
    })
    .toBe(true);
  const shown = (await visitor.reject.isVisible()) ? visitor : other;
  await shown.reject.click();
  await expect(visitor.reject).toBeHidden();
  await expect(other.reject).toBeHidden();

  const { items } = await agent.read<Visits>("/visits");
  expect(items).toHaveLength(1);
  await expect
    .poll(async () =>
      (await agent.read<Visit>(`/visits/${items[0]?.id}`)).presentations.map((p) => p.outcome),
    )
    .toEqual(["rejected"]);
});

// spec: Q-7, T-8
test("a chat follows the visitor over reload, navigation and tabs", async ({ visitor, agent }) => {
  await chat(visitor, agent);
  await visitor.say("one");
  await agent.sees("one");

  await visitor.page.reload();
  await visitor.sees("one");
  await visitor.page.getByRole("link", { name: "Prices", exact: true }).first().click();
  await visitor.page.waitForURL("**/prices");
  await visitor.sees("one");
  await visitor.say("two");
  await agent.sees("two");
  await expect(agent.page.getByText("/prices").first()).toBeVisible();

  const other = new Visitor(await visitor.page.context().newPage());
  await other.page.goto("/category/chairs");
  await other.sees("two");
  await agent.say("three");
  await visitor.sees("three");
  await other.sees("three");
  await other.say("four");
  await agent.sees("four");
  await visitor.sees("four");
  const expected = ["one", "two", "three", "four"];
  for (const page of [visitor.page, other.page, agent.page]) {
    expect(await transcript(page, /^(one|two|three|four)$/gm)).toEqual(expected);
  }
});
