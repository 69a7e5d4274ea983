import { describe, expect, it } from "vitest";
import type { Field, VisitorChat } from "../../api/wire";
import { type Answers, newSession, type Session, step as stepSession } from "../session";
import { active } from "../session-play";
import { formReady } from "./filling";
import { type Effect, type Event, newState, type State, step } from "./state";

const field = (key: string, over: Partial<Field> = {}): Field => ({
  key,
  type: "text",
  required: true,
  label: { en: key },
  help: {},
  choices: [],
  ...over,
});
const session = (form: Field[], over: Partial<Session> = {}): Session => {
  const chat: VisitorChat = { ...active, state: "form", form };
  return { ...newSession(), link: "up", window: "open", chat, ...over };
};
const enquiring = (form: Field[], over: Partial<Session> = {}): Session => ({
  ...newSession(),
  link: "up",
  window: "open",
  alternative: {
    type: "alternative",
    reason: "no_agent",
    alternative: { do: "enquiry" },
    queue: "q1",
    form,
    tab: 1,
  },
  ...over,
});
/** The same, as another tab gets it. */
const elsewhere = (s: Session): Session => structuredClone(s);

const show = (state: State, s: Session): State => step(state, { type: "shared", session: s })[0];
const begin = (s: Session) => show(newState(newSession(), 1, "", true), s);
const fill = (start: State, answers: Answers) =>
  Object.entries(answers).reduce((state, [key, value]) => {
    const event: Event = { type: "answered", key, value };
    return step(state, event)[0];
  }, start);
const dispatched = (effects: Effect[]) => effects.flatMap((e) => (e.do === "dispatch" ? [e.event] : []));
const refused = (...keys: string[]) => ({
  form_errors: Object.fromEntries(keys.map((key) => [key, "required"])),
});

describe("a form that is changed while it is open", () => {
  // spec: Q-2 P-3
  it("says so where the server misses what it does not show, until it is sent again", () => {
    const filled = fill(begin(session([field("name")])), { name: "Kari" });
    const wrong = show(filled, session([field("name")], refused("phone")));
    expect(wrong).toMatchObject({ form_changed: true, errors: {} });
    const sending = show(wrong, session([field("name")]));
    expect(sending.form_changed).toBe(false);
    expect(show(filled, session([field("name")], refused("name"))).form_changed).toBe(false);
  });

  // spec: Q-2
  it("takes the new fields, keeps what was typed, and shows what is missing at its field", () => {
    const before = session([field("name"), field("mail", { required: false })]);
    const filled = fill(begin(before), { name: "Kari", mail: "kari@visitor.example" });
    const missed = show(filled, { ...before, ...refused("phone") });
    const after = show(missed, session([field("phone"), field("name")], refused("phone")));
    expect(after).toMatchObject({
      answers: { name: "Kari" },
      errors: { phone: "required" },
      form_changed: true,
    });
    expect(formReady(after)).toBe(false);
    const [, effects] = step(fill(after, { phone: "+47 22 00 00 00" }), {
      type: "form_submitted",
      id: "e1",
      now: 5,
    });
    const answers = { phone: "+47 22 00 00 00", name: "Kari" };
    expect(dispatched(effects)).toEqual([{ type: "form_sent", answers, now: 5 }]);
  });

  // spec: Q-2
  it("lets go of an answer that is none any more, and asks for a consent to other words anew", () => {
    const topic = field("topic", { type: "select", choices: ["Orders", "Returns"] });
    const form = [topic, field("terms", { type: "consent" }), field("rules", { type: "consent" })];
    const filled = fill(begin(session(form)), { topic: "Orders", terms: true, rules: true });
    const [, terms, rules] = form as [Field, Field, Field];
    const now = [{ ...topic, choices: ["Returns"] }, { ...terms, label: { en: "New terms" } }, rules];
    expect(show(filled, session(now)).answers).toEqual({ rules: true });
    expect(show(filled, elsewhere(session(form))).answers).toEqual(filled.answers);
  });

  // spec: Q-2 Q-6
  it("says so of an enquiry too", () => {
    const filled = fill(begin(enquiring([field("name")])), { name: "Kari" });
    const enquiry = { id: "e1", state: "refused" as const, errors: { phone: "required" } };
    expect(show(filled, enquiring([field("name")], { enquiry }))).toMatchObject({ form_changed: true });
    const again = show(filled, enquiring([field("name"), field("phone")], { enquiry }));
    expect(again).toMatchObject({ answers: { name: "Kari" }, errors: { phone: "required" } });
  });

  // spec: Q-2 Q-6
  it("keeps an enquiry that is under way when its form comes anew", () => {
    const errors = { phone: "required" };
    const before = enquiring([field("name")], {
      window: "minimised",
      available: true,
      enquiry: { id: "e1", state: "refused", errors },
    });
    const form = [field("name"), field("phone")];
    const notice = {
      type: "alternative",
      reason: "no_agent",
      alternative: { do: "enquiry" },
      queue: "q1",
      form,
    } as const;
    const [after] = stepSession(before, { type: "noticed", notice, now: 1 });
    expect(after).toMatchObject({
      window: "minimised",
      available: true,
      enquiry: { id: "e1", errors },
      alternative: { form },
    });
    const [other] = stepSession(before, { type: "noticed", notice: { ...notice, queue: "q2" }, now: 1 });
    expect(other).toMatchObject({ window: "open", enquiry: null });
  });
});

describe("a form in a tab that another one leads", () => {
  it("keeps what is wrong at a field while nothing else has come of it", () => {
    const form = [field("mail", { type: "email" })];
    const typed = fill(begin(session(form, refused("mail"))), { mail: "kari@" });
    const [checked] = step(typed, { type: "field_left", key: "mail" });
    expect(checked.errors).toEqual({ mail: "email" });
    expect(show(checked, elsewhere(session(form, refused("mail")))).errors).toEqual({ mail: "email" });
  });
});
