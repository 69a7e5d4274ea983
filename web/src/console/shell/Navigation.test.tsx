// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from "vitest";
import type { Role } from "../../api/rest";
import { keys } from "../api/queries";
import { type Mounted, mount } from "../ui/mounted";
import { Navigation } from "./Navigation";

vi.mock("./Attention", () => ({ useAttention: () => ({ ringing: 0, unread: 0, missed: 0, total: 0 }) }));

let page: Mounted | undefined;
afterEach(() => page?.unmount());

async function navigation(role: Role, count: { open: number }) {
  const asked: string[] = [];
  page = await mount(<Navigation role={role} />, ({ path }) => {
    asked.push(path);
    return count;
  });
  const link = () => page?.element.querySelector('a[href="/enquiries"]')?.textContent;
  return { ...page, link, asked };
}

// spec: Q-6
it("says how many enquiries of all sites nobody has dealt with, and asks once for it", async () => {
  const { until, link, asked } = await navigation("agent", { open: 7 });
  await until(() => link() === "Enquiries7");
  expect(asked).toEqual(["/enquiries/count"]);
});

// spec: Q-6
it("counts the enquiries anew when one was sent", async () => {
  const count = { open: 7 };
  const { until, link, client } = await navigation("agent", count);
  await until(() => link() === "Enquiries7");
  count.open = 8;
  await client.invalidateQueries({ queryKey: keys.enquiryCount });
  await until(() => link() === "Enquiries8");
});

// spec: Q-6
it("shows no figure where no enquiry is open", async () => {
  const { until, link, client } = await navigation("admin", { open: 0 });
  await until(() => client.getQueryData(keys.enquiryCount));
  expect(link()).toBe("Enquiries");
});
