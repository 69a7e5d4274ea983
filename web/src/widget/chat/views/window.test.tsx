// @vitest-environment happy-dom
/** @jsxImportSource preact */
import { render } from "preact";
import { afterEach, expect, it } from "vitest";
import type { Field, InsteadOfChat, VisitorChat } from "../../../api/wire";
import { newSession, type Session } from "../../session";
import { active, from_agent } from "../../session-play";
import { newState, step } from "../state";
import { en } from "../texts/en";
import { UiContext } from "./context";
import { Window } from "./window";

const waiting: VisitorChat = { ...active, state: "queued", position: 2, wait_s: 90 };
const instead: InsteadOfChat = {
  reason: "waited_too_long",
  alternative: { do: "message", text: "" },
  queue: "q1",
};
const ended: VisitorChat = { ...active, state: "ended", survey: "rating", transcript: "offered", instead };
const mail: Field = { key: "mail", type: "email", required: true, label: {}, help: {}, choices: [] };

afterEach(() => render(null, document.body));

/** The words and fields of the window, in their order. */
function draw(chat: VisitorChat, over: Partial<Session> = {}): string {
  const session: Session = { ...newSession(), link: "up", window: "open", chat, ...over };
  const [state] = step(newState(newSession(), 1, "", true), { type: "shared", session });
  const ui = { state, t: en, language: "en", host: "", act: () => {}, dispatch: () => {} };
  render(
    <UiContext.Provider value={ui}>
      <Window />
    </UiContext.Provider>,
    document.body,
  );
  return Array.from(document.querySelectorAll("h2, dl, .bubble, .write, label, legend, p, a, button"))
    .map((element) => element.textContent || element.getAttribute("aria-label"))
    .join("|");
}
const talk = { messages: [from_agent(1, "Hello Kari")] };

// spec: Q-9 Q-3
it("shows the conversation and where to write while it waits again, with place and wait above", () => {
  const shown = draw(waiting, talk);
  expect(shown).toMatch(/You are in the queue.*Place in the queue2.*2 minutes.*Hello Kari.*Message/);
  expect(shown).not.toContain("Leave the queue");
  expect(draw({ ...waiting, position: 1 }, talk)).toContain("You are next");
});

// spec: Q-3
it("shows the place in the queue alone while nobody has written", () => {
  const shown = draw(waiting);
  expect(shown).toMatch(/You are in the queue.*Place in the queue2.*Leave the queue/);
  expect(document.querySelector(".write")).toBeNull();
});

// spec: Q-5 Q-9 Q-10
it("shows the conversation after such a wait, with what there is instead, survey and transcript below", () => {
  expect(draw(ended, talk)).toMatch(
    /Hello Kari.*Nobody could answer in time.*How did we do\?.*Conversation by e-mail/,
  );
  expect(draw(ended, talk)).not.toContain("Start a new chat");
  expect(draw(ended, { ...talk, available: true })).toMatch(/Somebody is available now.*Start a new chat/);
});

// spec: Q-5 Q-6
it("leads to the other page, or takes the enquiry, below the conversation", () => {
  const url = { ...instead, alternative: { do: "url", url: "https://shop.example/help" } as const };
  expect(draw({ ...ended, instead: url }, talk)).toMatch(/Hello Kari.*Continue.*How did we do\?/);
  const enquiry = { ...instead, alternative: { do: "enquiry" } as const, form: [mail] };
  const asked = { ...ended, instead: enquiry };
  expect(draw(asked, talk)).toMatch(/Hello Kari.*Leave us a message.*mail.*Send.*How did we do\?/);
  const taken = { id: "e1", state: "taken" as const, errors: {} };
  expect(draw(asked, { ...talk, enquiry: taken })).toMatch(
    /Hello Kari.*Your message has been sent.*How did we do\?/,
  );
});

// spec: Q-2 P-3
it("says at the form that it has changed, where what is wrong has no field in it", () => {
  const filling: VisitorChat = { ...active, state: "form", form: [mail] };
  const wrong = { form_errors: { phone: "required" } };
  expect(draw(filling, wrong)).toContain("The form has changed. Look through it again.");
  expect(draw(filling, { form_errors: { mail: "required" } })).not.toContain("The form has changed");
  const asked = { ...ended, instead: { ...instead, alternative: { do: "enquiry" } as const, form: [mail] } };
  const enquiry = { id: "e1", state: "refused" as const, errors: { phone: "required" } };
  expect(draw(asked, { enquiry })).toContain("The form has changed. Look through it again.");
});

const looks = { color: "#0f766e", logo_url: null, position: "end" as const, greeting: "Welcome" };
const launcher = { ...looks, title: "Shop", launcher: "round" as const, launcher_label: "" };
const repairs = {
  ...launcher,
  title: "Repairs",
  greeting: "What is broken?",
  logo_url: "/logo.svg",
  position: "start" as const,
};
const header = () => [
  document.querySelector("h1")?.textContent,
  document.querySelector(".intro")?.textContent,
  document.querySelector("header img")?.getAttribute("src"),
  document.querySelector("section")?.className,
];

// spec: Q-11
it.each([
  ["in the queue", waiting],
  ["at the form", { ...active, state: "form" as const, form: [mail] }],
])("has the looks of the chat's queue %s, at the launcher's place", (_, chat) => {
  draw({ ...chat, styling: repairs }, { styling: launcher });
  expect(header()).toEqual(["Repairs", "What is broken?", "/logo.svg", "window end"]);
  draw(chat, { styling: launcher });
  expect(header()).toEqual(["Shop", "Welcome", undefined, "window end"]);
});

// spec: Q-11
it("has the title of the chat's queue in the conversation and after it", () => {
  for (const chat of [active, ended]) {
    draw({ ...chat, styling: repairs }, { ...talk, styling: launcher });
    expect(header()[0]).toBe("Repairs");
  }
});

// spec: Q-8 Q-9
it("says who writes: the one whom the server names, else the agent whose chat it is", () => {
  const writes = (over: Partial<Session>) => {
    draw({ ...active, agent: { name: "Alice" } }, { ...talk, ...over });
    return document.querySelector(".typing")?.textContent;
  };
  expect(writes({})).toBeUndefined();
  expect(writes({ typing_at: 1 })).toBe("Alice is typing");
  expect(writes({ typing_at: 1, typing_name: "Bob" })).toBe("Bob is typing");
});

// spec: X-3 Q-6
it("says at the form that what could not be sent yet is kept, while it is sent again", () => {
  const again = { at: 4_000, ms: 3_000 };
  const frame = { type: "send_form" as const, chat: "c1", answers: {} };
  const filling: VisitorChat = { ...active, state: "form", form: [mail] };
  const pending = [{ frame, since: 1 }];
  expect(draw(filling, { pending, again })).toContain(en.sent_again);
  expect(draw(filling, { pending })).not.toContain(en.sent_again);
  expect(draw(filling, { again })).not.toContain(en.sent_again);
});

it("shows only what there is instead where nobody has written", () => {
  const shown = draw(ended);
  expect(shown).toContain("Nobody could answer in time");
  expect(shown).not.toContain("How did we do?");
});
