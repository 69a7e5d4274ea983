// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import type { SessionUser } from "../../api/rest";
import { UserContext } from "../shell/user";
import { type Mounted, mount } from "../ui/mounted";
import { CustomersPage } from "./CustomersPage";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

// spec: A-6 C-1
it("asks once for a page of the list that cannot be had, says so, and asks again when it is told to", async () => {
  let asked = 0;
  let well = false;
  page = await mount(
    <UserContext.Provider value={{ id: "u1", role: "agent" } as SessionUser}>
      <CustomersPage />
    </UserContext.Provider>,
    ({ path }) => {
      if (path.startsWith("/sites?")) return { items: [{ id: "s1", name: "Shop" }], next: null };
      if (!path.includes("/customers?")) return { customers: 2, fields: [] };
      const items = [{ id: "k1", first_name: "Ada", last_name: "Berg", email: "", updated_at: 0 }];
      if (!path.includes("after=")) return { items, next: "more" };
      asked += 1;
      if (well) return { items: [{ ...items[0], id: "k2" }], next: null };
      return Response.json({ title: "Too many requests", status: 429 }, { status: 429 });
    },
  );
  const { element, until, click } = page;
  const alert = () => element.querySelector('[role="alert"]');
  await until(() => alert()?.textContent?.includes("There is more, which could not be loaded."));
  await new Promise((later) => setTimeout(later, 100));
  expect(asked).toBe(1);
  well = true;
  await click(alert()?.querySelector("button"));
  await until(() => alert() === null);
  expect(asked).toBe(2);
});
