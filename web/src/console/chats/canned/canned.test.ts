import { describe, expect, it } from "vitest";
import type { CannedReply } from "../../../api/rest";
import type { Chat } from "../../../api/wire";
import { fillIn, gapsIn, textFor, valuesOf } from "./expand";
import { fitting, search, slashAt } from "./search";

const reply = (shortcut: string, change: Partial<CannedReply> = {}): CannedReply => ({
  id: shortcut,
  site_id: null,
  queue_id: null,
  personal: false,
  shortcut,
  title: shortcut,
  texts: { en: shortcut },
  tags: [],
  created_at: 0,
  updated_at: 0,
  ...change,
});

const chat = {
  site_id: "s",
  queue: { id: "q", name: "Sales" },
  answers: [
    { key: "name", label: "Name", value: "Kari Nordmann" },
    { key: "order", label: "Order", value: "4711" },
  ],
} as unknown as Chat;

// spec: A-1
describe("variables of a canned reply", () => {
  const values = valuesOf({ chat, agent: { name: "Alice Berg" }, site: "Halden", customer: null });

  it("are filled in with what is known of visitor, agent, site, queue and form", () => {
    const text =
      "Hello {{visitor.first_name}}, {{ agent.name }} of {{site.name}}, {{queue.name}}: order {{answers.order}}.";
    expect(fillIn(text, values)).toBe("Hello Kari, Alice Berg of Halden, Sales: order 4711.");
  });

  it("stay as gaps when they are not known, and nothing that a visitor wrote is taken for a variable again", () => {
    const text = fillIn("Mail {{visitor.email}}, parcel {{parcel number}}.", values);
    expect(gapsIn(text).map(({ name }) => name)).toEqual(["visitor.email", "parcel number"]);
    expect(gapsIn(text)[0]).toMatchObject({ start: 5, end: 22 });
    const sly = new Map([["answers.order", "{{agent.name}}"]]);
    expect(fillIn("{{answers.order}}", sly)).toBe("{{agent.name}}");
  });

  it("are taken from the record of the customer where the form says nothing", () => {
    const customer = { first_name: "Kari", last_name: "Nordmann", email: "kari@example.com" };
    const known = { chat: { ...chat, answers: [] }, agent: { name: "Alice" }, site: null, customer };
    expect(fillIn("{{visitor.name}} {{visitor.first_name}} {{visitor.email}}", valuesOf(known))).toBe(
      "Kari Nordmann Kari kari@example.com",
    );
    const answers = [{ key: "email", label: "E-mail", value: "other@example.com" }];
    const answered = valuesOf({ ...known, chat: { ...chat, answers } });
    expect(answered.get("visitor.email")).toBe("other@example.com");
  });

  it("do not name a visitor who gave no name", () => {
    const unnamed = valuesOf({
      chat: { ...chat, answers: [] },
      agent: { name: "Alice" },
      site: null,
      customer: null,
    });
    expect(unnamed.has("visitor.first_name")).toBe(false);
  });
});

describe("canned replies", () => {
  it("speak the visitor's language where they can", () => {
    const texts = { de: "Hallo", en: "Hello", "pt-BR": "Oi" };
    expect(["de-AT", "en", "pt", "fr", null].map((tag) => textFor({ texts }, tag))).toEqual([
      "Hallo",
      "Hello",
      "Oi",
      "Hello",
      "Hello",
    ]);
    expect(textFor({ texts: { de: "Hallo" } }, "fr")).toBe("Hallo");
  });

  it("are asked for by a slash at the start of a word", () => {
    expect(slashAt("/hel", 4)).toEqual({ start: 0, query: "hel" });
    expect(slashAt("Well, /", 7)).toEqual({ start: 6, query: "" });
    expect(slashAt("and/or", 6)).toBeNull();
    expect(slashAt("https://a", 9)).toBeNull();
    expect(slashAt("/hel lo", 7)).toBeNull();
  });

  it("come in the order in which they fit, the agent's own first", () => {
    const all = [
      reply("bye", { title: "Say hello again" }),
      reply("hello-all"),
      reply("hello", { personal: true }),
      reply("price", { tags: ["hello"] }),
      reply("other", { texts: { en: "nothing" } }),
    ];
    expect(search(all, "hello").map(({ id }) => id)).toEqual(["hello", "hello-all", "bye", "price"]);
    expect(search(all, "").length).toBe(5);
  });

  it("are those of the chat's site and queue", () => {
    const all = [
      reply("a"),
      reply("b", { site_id: "s" }),
      reply("c", { site_id: "x" }),
      reply("d", { site_id: "s", queue_id: "y" }),
    ];
    expect(fitting(all, chat).map(({ id }) => id)).toEqual(["a", "b"]);
  });
});
