// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import type { SessionUser } from "../../api/rest";
import { CannedPages } from "../admin/canned/CannedPages";
import { Missing } from "../admin/Missing";
import { UserContext } from "../shell/user";
import { type Mounted, mount } from "../ui/mounted";
import { CustomerPages } from "./CustomerPages";

let page: Mounted | undefined;
afterEach(async () => {
  await page?.unmount();
  history.replaceState(null, "", "/");
});

// spec: N-5
it.each([
  ["/customers/c1/visits", <CustomerPages key="1" />, "There is no page at this address."],
  ["/canned-replies/r1/more", <CannedPages key="2" />, "There is no page at this address."],
  ["/admin/users/gone", <Missing key="3" back="/admin/users" />, "Not found"],
])("says with a heading that there is nothing at %s", async (path, pages, title) => {
  history.replaceState(null, "", path);
  const user = { id: "u1", role: "agent" } as SessionUser;
  page = await mount(<UserContext.Provider value={user}>{pages}</UserContext.Provider>, () => ({}));
  expect(page.element.querySelector("h1")?.textContent).toBe(title);
});
