import { describe, expect, it } from "vitest";
import { fieldErrors, pointerToPath } from "../api/pointer";
import { contrastWithWhite, readableColor } from "./offers/contrast";
import { keyFor } from "./queues/model";
import { matches, regexProblem } from "./rules/match";
import { consequences, DEFAULTS } from "./sites/tracking";

describe("trying a rule", () => {
  // spec: R-6
  it("ignores case for contains and equals, and not for a regular expression", () => {
    expect(matches({ match_type: "contains", match_value: "/Prices" }, "https://a.test/prices?x")).toBe(true);
    expect(matches({ match_type: "equals", match_value: "HOME" }, "home")).toBe(true);
    expect(matches({ match_type: "regex", match_value: "/Prices$" }, "/prices")).toBe(false);
    expect(matches({ match_type: "regex", match_value: "(?i)/Prices$" }, "/prices")).toBe(true);
  });

  it("says why a regular expression is none", () => {
    expect(regexProblem("/product/[a-z]+")).toBeNull();
    expect(regexProblem("(?P<name>a)")).toBeNull();
    expect(regexProblem("(")).toMatch(/group/i);
  });
});

describe("the server's errors", () => {
  it("stand at their fields, and those without one are not lost", () => {
    expect(pointerToPath("/plan/form_invite/0/a~1b")).toBe("plan.form_invite.0.a/b");
    const problem = {
      title: "x",
      status: 422,
      errors: [
        { pointer: "/name", detail: "is taken" },
        { pointer: "/plan/other", detail: "Unknown." },
      ],
    };
    expect(fieldErrors(problem, (path) => (path === "name" ? path : null))).toEqual({
      fields: { name: "Is taken." },
      rest: ["plan/other: Unknown."],
    });
  });
});

describe("pacing", () => {
  // spec: O-8 O-9
  it("counts the next offer from the presentation, and waits until the first has settled", () => {
    expect(consequences(DEFAULTS)).toEqual({ ignored_s: 60, next_s: 120, gone_s: 80 });
    expect(consequences({ ...DEFAULTS, minimum_interval_s: 30 }).next_s).toBe(60);
  });
});

describe("small helpers of the editors", () => {
  it("darken a colour until white text can be read on it", () => {
    expect(readableColor("#0f766e")).toBe("#0f766e");
    expect(contrastWithWhite("#f59e0b")).toBeLessThan(4.5);
    expect(contrastWithWhite(readableColor("#f59e0b"))).toBeGreaterThanOrEqual(4.5);
  });

  it("make a key from a label that no other field has", () => {
    expect(keyFor("Your name", [])).toBe("your_name");
    expect(keyFor("Größe?", ["grosse", "groe"])).toMatch(/^[a-z0-9_]+$/);
    expect(keyFor("Name", ["name", "name_2"])).toBe("name_3");
    expect(keyFor("名前", [])).toBe("field");
  });
});
