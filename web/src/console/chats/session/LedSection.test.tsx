// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import type { Chat } from "../../../api/wire";
import { type Mounted, mount } from "../../ui/mounted";
import { LedSection } from "./LedSection";

let page: Mounted | undefined;
afterEach(async () => {
  await page?.unmount();
  page = undefined;
});

const INVITED = {
  id: "c1",
  mode: "invite",
  presentation_id: "p1",
  rule: { id: "r1", name: "Ten seconds on a product" },
  offer: { id: "o1", name: "Product advice" },
  queue: { id: "q1", name: "Advice" },
  queued_at: 1_000,
  answered_at: 43_000,
} as unknown as Chat;

async function led(change: Partial<Chat> = {}) {
  const asked: string[] = [];
  const mounted = await mount(<LedSection chat={{ ...INVITED, ...change }} />, ({ path }) => {
    asked.push(path);
    return new Promise(() => {});
  });
  page = mounted;
  const { element } = mounted;
  const terms = [...element.querySelectorAll("dt")].map((term) => [
    term.textContent,
    term.nextElementSibling?.textContent,
  ]);
  const record = (name: string) =>
    element.querySelector<HTMLElement>(`[aria-label="Show the record of “${name}”"]`);
  return { ...mounted, asked, record, facts: Object.fromEntries(terms) as Record<string, string> };
}

// spec: C-3
it("says which offer was accepted, by which rule it came, for which queue, and how long the visitor waited", async () => {
  const { facts } = await led();
  expect(facts).toEqual({
    "Started by": "Accepted offer",
    Rule: "Ten seconds on a product",
    Offer: "Product advice",
    Queue: "Advice",
    Waited: "42 s",
  });
});

// spec: C-3
it.each(["Product advice", "Ten seconds on a product"])(
  "opens from the name %s the record of how the offer was presented",
  async (name) => {
    const { record, click, until, asked } = await led();
    expect(asked).toEqual([]);
    await click(record(name));
    await until(() => document.querySelector('[role="dialog"]'));
    await until(() => asked.length > 0);
    expect(asked).toEqual(["/presentations/p1"]);
  },
);

// spec: C-3
it("names an offer that was presented by hand without a rule", async () => {
  const { facts } = await led({ rule: null });
  expect(facts.Offer).toBe("Product advice");
  expect(facts).not.toHaveProperty("Rule");
});

// spec: C-3
it("names the offer without a way to its record where there is none any more", async () => {
  const { facts, record } = await led({ presentation_id: null });
  expect(facts.Offer).toBe("Product advice");
  expect(record("Product advice")).toBeNull();
});

// spec: C-3
it.each([
  ["reactive", "Visitor"],
  ["engage", "Agent"],
] as const)("says nothing of an offer in a chat that was begun otherwise: %s", async (mode, by) => {
  const { facts } = await led({ mode, rule: null, offer: null, presentation_id: null, answered_at: null });
  expect(facts).toEqual({ "Started by": by, Queue: "Advice" });
});
