import { describe, expect, it } from "vitest";
import { changes, onTop } from "./changes";

const before = {
  name: "Sales",
  channel_on: true,
  agents: ["a", "b"],
  plan: { launch_after_s: 0, hours: { time_zone: "UTC" }, routing: { ring_time_s: 20 } },
};

// spec: Q-1
describe("what was changed of a thing", () => {
  it("names the members that are not as they were, and no other", () => {
    expect(changes(before, { ...before, name: "Orders", agents: ["a", "b"] })).toEqual({ name: "Orders" });
    expect(changes(before, structuredClone(before))).toEqual({});
  });

  it("goes on top of what others changed meanwhile, down to the parts of a group", () => {
    const mine = { ...before, name: "Orders", plan: { ...before.plan, hours: { time_zone: "Europe/Oslo" } } };
    const now = {
      ...before,
      channel_on: false,
      agents: ["a"],
      plan: { ...before.plan, routing: { ring_time_s: 40 } },
    };
    expect(onTop(before, mine, now)).toEqual({
      name: "Orders",
      channel_on: false,
      agents: ["a"],
      plan: { launch_after_s: 0, hours: { time_zone: "Europe/Oslo" }, routing: { ring_time_s: 40 } },
    });
  });

  // spec: C-1
  it("keeps parts that came, and takes away those that went", () => {
    const fields: Record<string, string> = { tier: "gold", city: "Oslo", gone: "kept" };
    const mine = { fields: { city: "Bergen", gone: "kept" } as Record<string, string> };
    const now = { fields: { ...fields, since: "2020" } };
    expect(onTop({ fields }, mine, now)).toEqual({
      fields: { city: "Bergen", gone: "kept", since: "2020" },
    });
  });
});
