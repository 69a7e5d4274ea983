/** Several tabs of one browser, reloads and navigation. */
import { expect, test, transcript } from "../support/journey.ts";
import { Visitor } from "../support/visitor.ts";

interface Ids {
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

  const { items } = await agent.read<Ids>("/visits");
  expect(items).toHaveLength(1);
  await expect
    .poll(async () =>
      (await agent.read<Visit>(`/visits/${items[0]?.id}`)).presentations.map((p) => p.outcome),
    )
    .toEqual(["rejected"]);
});

// spec: Q-7, T-8
test("a chat asked for in two tabs at once is one, and follows the visitor over reload, navigation and tabs", async ({
  visitor,
  agent,
}) => {
  const second = new Visitor(await visitor.page.context().newPage());
  const tabs = [visitor, second];
  for (const tab of tabs) {
    await tab.page.goto("/");
    await expect(tab.launcher).toBeVisible();
  }
  // Not clicked like others: the window of whichever tab is first hides the launcher of the other one, so both are found before.
  const launchers = await Promise.all(tabs.map((tab) => tab.launcher.elementHandle()));
  await Promise.all(launchers.map((launcher) => launcher?.dispatchEvent("click")));
  for (const tab of tabs) await expect(tab.send).toBeVisible();
  await second.fillForm("Kari");
  for (const tab of tabs)
    await expect(tab.widget.getByRole("heading", { name: /You are (in the queue|next)/ })).toBeVisible();
  await agent.answer();
  await agent.say("Hello, how can I help?");
  for (const tab of tabs) await tab.sees("Hello, how can I help?");
  expect((await agent.read<Ids>("/chats")).items).toHaveLength(1);
  await second.page.close();

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
