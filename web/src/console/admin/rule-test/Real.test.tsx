// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import { type Mounted, mount } from "../../ui/mounted";
import { Real } from "./Real";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

// spec: R-9 C-3
it("calls a visitor as the list of visitors does: by the name of the record, or else by the code", async () => {
  const visit = { page: null, live: true, started_at: 0, last_contact_at: 0 };
  const kari = { ...visit, id: "w1", visitor_id: "0190-beef", customer: { id: "k1", name: "Kari Nordmann" } };
  const nobody = { ...visit, id: "w2", visitor_id: "0190-cafe", customer: null };
  page = await mount(<Real site="s1" head={null} />, () => ({ items: [kari, nobody], next: null }));
  const { element, until, click } = page;
  const input = () => element.querySelector('input[role="combobox"], input[aria-haspopup="listbox"]');
  await until(input);
  await click(input());
  const options = () => [...document.querySelectorAll('[role="option"]')].map((one) => one.textContent);
  await until(() => options().length === 2);
  expect(options()).toEqual(["Kari Nordmann · on the site now", "Visitor cafe · on the site now"]);
});
