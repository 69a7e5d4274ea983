// @vitest-environment happy-dom
import { useState } from "react";
import { afterEach, expect, it } from "vitest";
import type { Condition } from "../../../../api/rest";
import { field, type Mounted, mount } from "../../../ui/mounted";
import { AttributeFields } from "./AttributeFields";
import { TreeProvider } from "./tree";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

const since = (at: string): Extract<Condition, { type: "attribute" }> => ({
  type: "attribute",
  name: "since",
  trust: "any",
  test: { is: "at_least", value: { type: "time", value: Date.parse(at) } },
});

/** The fields of a condition on a site in this zone, and what they have come to. */
async function edit(time_zone: string, start: ReturnType<typeof since>) {
  const held = { condition: start };
  function Fields() {
    const [condition, setCondition] = useState(start);
    const change = (next: Condition) => {
      held.condition = next as typeof start;
      setCondition(held.condition);
    };
    return <AttributeFields condition={condition} path="plan.conditions" onChange={change} />;
  }
  const tree = { errors: {}, attributes: [], events: [], pages: [], time_zone, count: 1, leave: () => {} };
  const mounted = await mount(
    <TreeProvider value={tree}>
      <Fields />
    </TreeProvider>,
    () => undefined,
  );
  page = mounted;
  const value = () => field(mounted.element, "Value") as HTMLInputElement;
  return { ...mounted, held, value };
}

// spec: R-8
it("shows a time, and takes it, as the clocks of the site show it, and says which", async () => {
  const { element, held, value, type } = await edit("Europe/Oslo", since("2026-07-15T10:00Z"));
  expect(element.textContent).toContain("Value (Europe/Oslo)");
  expect(value().value).toBe("2026-07-15T12:00");
  await type(value(), "2026-01-15T12:00");
  expect(held.condition.test.value).toEqual({ type: "time", value: Date.parse("2026-01-15T11:00Z") });
});

it("follows the keys while a year is typed", async () => {
  const { held, value, type } = await edit("Europe/Amsterdam", since("2026-07-15T10:00Z"));
  for (const year of ["0002", "0020", "0202", "2027"]) {
    await type(value(), `${year}-07-15T12:00`);
    expect(value().value).toBe(`${year}-07-15T12:00`);
  }
  expect(held.condition.test.value).toEqual({ type: "time", value: Date.parse("2027-07-15T10:00Z") });
});
