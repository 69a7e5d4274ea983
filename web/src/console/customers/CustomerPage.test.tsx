// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import type { Customer, SessionUser } from "../../api/rest";
import { UserContext } from "../shell/user";
import { field, type Mounted, mount } from "../ui/mounted";
import { CustomerPage } from "./CustomerPage";

const CUSTOMER = {
  id: "c1",
  site_id: "s1",
  customer_ref: "K-1",
  first_name: "Ada",
  last_name: "Berg",
  email: "ada@example.test",
  phone: "",
  company: "",
  fields: { tier: "gold", city: "Oslo", gone: "kept" },
  merged_into: null,
  created_at: 0,
  updated_at: 0,
} as Customer;

let page: Mounted | undefined;
afterEach(async () => {
  await page?.unmount();
  history.replaceState(null, "", "/");
});

async function customerPage() {
  const server = { customer: CUSTOMER };
  const user = { id: "u1", role: "agent" } as SessionUser;
  const shown = (
    <UserContext.Provider value={user}>
      <CustomerPage id="c1" />
    </UserContext.Provider>
  );
  const mounted = await mount(shown, ({ method, path, body }) => {
    if (method === "PATCH") server.customer = { ...server.customer, ...(body as Partial<Customer>) };
    if (path === "/customers/c1") return server.customer;
    if (path.endsWith("/history")) return { visits: [], chats: [], merges: [] };
    const fields = ["tier", "city"].map((key) => ({ key, label: key, type: "text" }));
    return { customers: 1, fields };
  });
  page = mounted;
  await mounted.until(() => field(mounted.element, "city"));
  const save = async () => {
    await mounted.click(mounted.element.querySelector('button[type="submit"]'));
    await mounted.until(() => mounted.changes.length > 0);
    return mounted.changes;
  };
  return { ...mounted, server, save };
}

// spec: C-1
it("leads back to the list as it was searched", async () => {
  history.replaceState(null, "", "/customers/c1?q=berg&site=s1");
  const { element } = await customerPage();
  const back = [...element.querySelectorAll("a")].find((one) => one.textContent === "Customers");
  expect(back?.getAttribute("href")).toBe("/customers?q=berg&site=s1");
});

// spec: C-1
it("saves the telephone number of a customer and leaves the e-mail address to who changed it meanwhile", async () => {
  const { server, type, element, save } = await customerPage();
  server.customer = { ...CUSTOMER, email: "ada@elsewhere.test" };
  await type(field(element, "Phone"), "+47 22 00 00 00");
  expect(await save()).toEqual([
    { method: "PATCH", path: "/customers/c1", body: { phone: "+47 22 00 00 00" } },
  ]);
  expect(server.customer.email).toBe("ada@elsewhere.test");
});

// spec: C-1
it("saves one field of the site's own with the others as they are stored, those that are no longer shown too", async () => {
  const { server, type, element, save } = await customerPage();
  server.customer = { ...CUSTOMER, fields: { ...CUSTOMER.fields, tier: "silver" } };
  await type(field(element, "city"), "Bergen");
  const [change] = await save();
  expect(change?.body).toEqual({ fields: { tier: "silver", city: "Bergen", gone: "kept" } });
});
