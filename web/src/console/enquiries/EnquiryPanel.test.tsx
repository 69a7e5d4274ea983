// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import type { Enquiry, EnquiryMail } from "../../api/rest";
import { type Mounted, mount } from "../ui/mounted";
import { EnquiryPanel } from "./EnquiryPanel";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

const ENQUIRY: Enquiry = {
  id: "e1",
  site_id: "s1",
  queue: { id: "q1", name: "Sales" },
  visit_id: "v1",
  chat_id: null,
  name: "Kari",
  email: "kari@example.test",
  answers: [{ key: "message", label: "Message", value: "Do you deliver?" }],
  page_url: "",
  state: "open",
  handled_by: null,
  handled_at: null,
  created_at: 0,
  mail: "none",
};

// spec: Q-6
it.each<[EnquiryMail, string]>([
  ["sent", "Sent"],
  ["waiting", "Waiting to be sent"],
  ["failed", "Could not be sent to every address."],
  ["none", "No e-mail about it is known."],
])("says of an enquiry whose mail is %s what became of it", async (mail, words) => {
  page = await mount(<EnquiryPanel id="e1" />, () => ({ ...ENQUIRY, mail }));
  const { element, until } = page;
  const said = () =>
    [...element.querySelectorAll("dt")].find((one) => one.textContent === "E-mail to the team");
  await until(said);
  expect(said()?.nextElementSibling?.textContent).toBe(words);
});
