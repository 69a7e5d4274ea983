/** The form before a chat: fields of every kind, read and filled in by a visitor who speaks German. */
import { check } from "../support/access.ts";
import { changeQueue } from "../support/admin.ts";
import { anotherVisitor, expect, inGerman, test } from "../support/journey.ts";

const none = { help: {}, choices: [], required: false };
const form_reactive = [
  {
    ...none,
    key: "topic",
    type: "select",
    label: { en: "What is it about?", de: "Worum geht es?" },
    required: true,
    choices: ["delivery", "return"],
    choice_labels: { en: ["Delivery", "Return"], de: ["Lieferung", "Rückgabe"] },
  },
  {
    ...none,
    key: "length",
    type: "number",
    label: { en: "Length in metres", de: "Länge in Metern" },
    help: { en: "Of the table.", de: "Des Tisches." },
  },
  { ...none, key: "phone", type: "phone", label: { en: "Telephone", de: "Telefon" }, required: true },
  { ...none, key: "news", type: "checkbox", label: { en: "Send me news", de: "Neuigkeiten zusenden" } },
  {
    ...none,
    key: "storing",
    type: "consent",
    label: { en: "My answers may be stored.", de: "Meine Antworten dürfen gespeichert werden." },
    required: true,
  },
];

// spec: Q-2, P-3
test("each kind of field is filled in, put right where it is wrong, and read by the agent", async ({
  browser,
  demo,
  errors,
  agent,
}) => {
  await changeQueue(browser, demo, { form_reactive });
  const { page, widget } = await anotherVisitor(browser, demo, errors, { locale: "de-DE" });
  await inGerman(page);
  await page.goto("/");
  await widget.getByRole("button", { name: "Chat", exact: true }).click();
  const topic = widget.getByRole("combobox", { name: "Worum geht es?" });
  const length = widget.getByRole("textbox", { name: "Länge in Metern" });
  const phone = widget.getByRole("textbox", { name: "Telefon" });
  const storing = widget.getByRole("checkbox", { name: "Meine Antworten dürfen gespeichert werden." });
  const send = widget.getByRole("button", { name: "Senden" });
  await expect(topic.getByRole("option")).toHaveText(["Bitte wählen", "Lieferung", "Rückgabe"]);
  await expect(length).toHaveAccessibleDescription("Des Tisches.");

  await length.fill("zwei");
  await length.press("Tab");
  await topic.selectOption("Rückgabe");
  await expect(length).toHaveAccessibleDescription("Bitte geben Sie eine Zahl ein.");
  await expect(length).toHaveAttribute("aria-invalid", "true");
  await phone.fill("ruft mich an");
  await expect(send).toBeDisabled();
  await storing.check();
  await widget.getByRole("checkbox", { name: "Neuigkeiten zusenden" }).check();
  await expect(phone).toHaveAccessibleDescription("Bitte geben Sie eine Telefonnummer ein.");
  await send.click();
  await expect(length).toBeFocused();
  await length.fill("1,80");
  await expect(length).toHaveAccessibleDescription("Des Tisches.");
  // The browser lets this pass; the server does not.
  await phone.fill("(--)");
  await send.click();
  await expect(phone).toHaveAccessibleDescription("Bitte prüfen Sie diese Eingabe.");
  await check(page, "form that was refused");
  await expect(topic).toHaveValue("return");
  await expect(agent.ringing).toBeHidden();
  await phone.fill("+47 22 33 44 55");
  await phone.press("Enter");
  await expect(widget.getByRole("heading", { name: "Sie sind als Nächstes dran" })).toBeVisible();

  await agent.answer();
  await agent.say("Guten Tag.");
  await expect(widget.getByRole("log").getByText("Guten Tag.")).toBeVisible();
  const answers = agent.page.locator("section", {
    has: agent.page.getByRole("button", { name: "Form answers" }),
  });
  await expect(answers.locator("dt, dd")).toHaveText([
    "Worum geht es?",
    "return",
    "Länge in Metern",
    "1,80",
    "Telefon",
    "+47 22 33 44 55",
    "Neuigkeiten zusenden",
    "yes",
    "Meine Antworten dürfen gespeichert werden.",
    "yes",
  ]);
  await page.context().close();
});
