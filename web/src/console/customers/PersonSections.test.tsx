// @vitest-environment happy-dom
import { act, useState } from "react";
import { afterEach, expect, it } from "vitest";
import type { Person } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { type Mounted, mount, type Sent } from "../ui/mounted";
import { PersonSections } from "./PersonSections";
import { customerKeys } from "./queries";

let page: Mounted | undefined;
afterEach(async () => {
  await page?.unmount();
  history.replaceState(null, "", "/");
});

const CHAT = {
  id: "c1",
  site_id: "s1",
  visitor_id: "v1",
  visit_id: "w1",
  state: "active",
  answers: [{ key: "email", label: "E-mail", value: "kari@example.test" }],
} as unknown as Chat;
const NOBODY: Person = { identity: null, customer: null, link: null, attributes: [], visits: [], chats: [] };
const MADE = {
  id: "k1",
  site_id: "s1",
  first_name: "",
  last_name: "",
  email: "kari@example.test",
  fields: {},
};

/** The heading opens and leaves the chat. */
function Opened() {
  const [opened, setOpened] = useState(true);
  return (
    <>
      <h1>
        <button type="button" onClick={() => setOpened(!opened)}>
          Kari
        </button>
      </h1>
      {opened && <PersonSections chat={CHAT} />}
    </>
  );
}

const added = () =>
  [...document.querySelectorAll("button")].find((one) => one.textContent === "Add as customer");
const busy = () => added()?.hasAttribute("aria-busy");

async function person() {
  let made: () => void = () => {};
  let known = false;
  const mounted = await mount(<PersonSections chat={CHAT} />, ({ method, path }) => {
    if (method === "POST") return new Promise((resolve) => (made = () => resolve(MADE)));
    if (method === "PUT") return new Response(null, { status: 204 });
    // The server is slow to say who it is now.
    if (path === "/visitors/v1/person") return known ? new Promise(() => {}) : NOBODY;
    return { customers: 1, fields: [] };
  });
  page = mounted;
  await mounted.until(added);
  known = true;
  return { ...mounted, made: () => act(async () => made()) };
}

// spec: C-1
it("makes one record of a visitor, however often that is asked for while it is under way", async () => {
  const { changes, until, client, made } = await person();
  await act(async () => {
    added()?.click();
    added()?.click();
  });
  await until(() => changes.length > 0);
  await until(busy);
  expect(changes.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /sites/s1/customers"]);
  await made();
  await until(() => added() === undefined);
  expect(client.getQueryData<Person>(customerKeys.person("v1"))?.customer?.id).toBe("k1");
  expect(changes.map(({ path }) => path)).toEqual(["/sites/s1/customers", "/visitors/v1/customer"]);
  expect(location.pathname).toBe("/customers/k1");
});

// spec: C-1
it("links the record that was made, and makes no other, when linking it failed before", async () => {
  const links = [new Response("{}", { status: 500 }), new Response(null, { status: 204 })];
  const answers = ({ method, path }: Sent) => {
    if (method === "POST") return MADE;
    if (method === "PUT") return links.shift();
    return path === "/visitors/v1/person" ? NOBODY : { customers: 1, fields: [] };
  };
  page = await mount(<Opened />, answers);
  const { changes, until, click } = page;
  await until(added);
  await click(added());
  await until(() => links.length === 1 && !busy());
  // The chat is left and opened again.
  await click(document.querySelector("h1 button"));
  await until(() => !added());
  await click(document.querySelector("h1 button"));
  await until(added);
  await click(added());
  await until(() => location.pathname === "/customers/k1");
  expect(changes.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /sites/s1/customers",
    "PUT /visitors/v1/customer",
    "PUT /visitors/v1/customer",
  ]);
});

// spec: C-1
it.each([404, 409])(
  "makes a record anew when the one that was made is gone before it was linked: %s",
  async (status) => {
    page = await mount(<PersonSections chat={CHAT} />, ({ method, path }) => {
      if (method === "POST") return MADE;
      if (method === "PUT") return new Response("{}", { status });
      return path === "/visitors/v1/person" ? NOBODY : { customers: 1, fields: [] };
    });
    const { changes, until, click } = page;
    await until(added);
    for (const sent of [2, 4]) {
      await click(added());
      await until(() => changes.length === sent && !busy());
    }
    expect(changes.map(({ method }) => method)).toEqual(["POST", "PUT", "POST", "PUT"]);
  },
);
