import { describe, expect, it } from "vitest";
import { fieldErrors, pointerToPath } from "../api/pointer";
import { originOf } from "../ui/check";
import { contrastNote } from "./preview/contrast";
import { configOf, sampleDesign } from "./preview/look";
import { emptyQueue, keyFor } from "./queues/model";
import { matches, regexProblem } from "./rules/match";
import { snippetFor } from "./sites/snippet";
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
  // spec: Q-11
  it("say what the widget makes of a colour that cannot be read as it is", () => {
    const t = ((key: string, values: Record<string, string>) =>
      `${key} ${Object.values(values ?? {}).join(" ")}`) as never;
    expect(contrastNote("#0f766e", t)).toMatch(/^preview.contrast_ok preview.ink.white\s+5\.5/);
    expect(contrastNote("#0f766e", t)).toContain("preview.ground.dark");
    expect(contrastNote("#0f766e", t)).not.toContain("preview.ground.light");
    expect(contrastNote("#ffd400", t)).toContain("preview.ink.black");
    expect(contrastNote("#ffd400", t)).toMatch(/preview\.ground\.light\s+1\.4 #/);
    expect(contrastNote("#ffd4", t)).toBeUndefined();
  });

  // spec: Q-11
  it("tell the preview what a visitor of its language gets", () => {
    const { styling, form_reactive, enquiry, conduct, alternatives } = emptyQueue(true).plan;
    const look = {
      styling: {
        ...styling,
        title: "Chat",
        greeting: "Hello",
        color: "#12",
        logo_url: "javascript:alert(1)",
        texts: { de: { title: "Frage", greeting: "", launcher_label: "" } },
      },
      form: form_reactive,
      enquiry: enquiry.form,
      survey: conduct.survey,
      alternatives,
      design: sampleDesign,
    };
    const told = configOf(look, { scene: "form", language: "de-AT", dark: true }, 0);
    expect(told.styling).toMatchObject({
      title: "Frage",
      greeting: "Hello",
      color: "#0f766e",
      logo_url: null,
    });
    expect(told).toMatchObject({ right_to_left: false, dark: true, survey: "rating" });
    expect(told.form.map((field) => field.key)).toEqual(["name", "email"]);
    expect(configOf(look, { scene: "form", language: "he", dark: false }, 0).right_to_left).toBe(true);
  });

  it("make a key from a label that no other field has", () => {
    expect(keyFor("Your name", [])).toBe("your_name");
    expect(keyFor("Größe?", ["grosse", "groe"])).toMatch(/^[a-z0-9_]+$/);
    expect(keyFor("Name", ["name", "name_2"])).toBe("name_3");
    expect(keyFor("名前", [])).toBe("field");
  });
});

describe("the snippet", () => {
  // spec: T-1
  it("is one script that the page does not wait for, from the server, with the key of the site", () => {
    expect(snippetFor("https://chat.example.com", "K1")).toBe(
      '<script async src="https://chat.example.com/beckon.js" data-site="K1"></script>',
    );
  });
});

describe("allowed origins", () => {
  // spec: T-9
  it("are taken out of what an address bar holds, and what is no address is left to be refused", () => {
    expect(originOf("https://www.shop.example/prices?a=1#b")).toBe("https://www.shop.example");
    expect(originOf("http://localhost:25701/")).toBe("http://localhost:25701");
    expect(originOf("https://*.shop.example")).toBe("https://*.shop.example");
    expect(originOf("shop.example")).toBe("shop.example");
    expect(originOf("ftp://shop.example/a")).toBe("ftp://shop.example/a");
  });
});
