// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from "vitest";
import type { Role } from "../../api/rest";
import { keys } from "../api/queries";
import { type Mounted, mount } from "../ui/mounted";
import { Navigation } from "./Navigation";

vi.mock("./Attention", () => ({ useAttention: () => ({ ringing: 0, unread: 0, missed: 0, total: 0 }) }));

let page: Mounted | undefined;
afterEach(() => page?.unmount());

const OPEN: Record<string, number> = { s1: 3, s2: 4 };

async function navigation(role: Role, open = OPEN) {
  page = await mount(<Navigation role={role} />, ({ path }) => {
    if (path.startsWith("/sites?")) return { items: Object.keys(open).map((id) => ({ id })), next: null };
    return { open: open[path.split("/")[2] ?? ""] };
  });
  const link = () => page?.element.querySelector('a[href="/enquiries"]')?.textContent;
  return { ...page, link };
}

// spec: Q-6
it("says how many enquiries of all sites nobody has dealt with", async () => {
  const { until, link } = await navigation("agent");
  await until(() => link() === "Enquiries7");
});

// spec: Q-6
it("counts anew the enquiries of the site where one was sent", async () => {
  const open = { ...OPEN };
  const { until, link, client } = await navigation("agent", open);
  await until(() => link() === "Enquiries7");
  open.s2 = 5;
  await client.invalidateQueries({ queryKey: keys.enquiryCount("s2") });
  await until(() => link() === "Enquiries8");
});

// spec: Q-6
it("shows no figure where no enquiry is open", async () => {
  const { until, link, client } = await navigation("admin", { s1: 0 });
  await until(() => client.getQueryData(keys.enquiryCount("s1")));
  expect(link()).toBe("Enquiries");
});
