// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import { type Mounted, mount } from "../ui/mounted";
import { EnquiriesPage } from "./EnquiriesPage";

let page: Mounted | undefined;
afterEach(async () => {
  await page?.unmount();
  history.replaceState(null, "", "/");
});

// spec: Q-6
it("asks another site for its enquiries without the queue of the site before", async () => {
  history.replaceState(null, "", "/enquiries?queue=q1&state=open");
  const asked: string[] = [];
  page = await mount(<EnquiriesPage open={null} />, ({ path }) => {
    if (path.includes("/enquiries?")) asked.push(path);
    const items = ["Shop", "Club"].map((name, at) => ({ id: `s${at + 1}`, name }));
    return { items: path.startsWith("/sites?") ? items : [], next: null };
  });
  const { element, until, click } = page;
  await until(() => asked.includes("/sites/s1/enquiries?state=open&queue=q1"));
  await click(element.querySelector<HTMLElement>('input[aria-label="Site"]'));
  const club = () =>
    [...document.querySelectorAll('[role="option"]')].find((one) => one.textContent === "Club");
  await until(club);
  await click(club());
  await until(() => asked.some((path) => path.startsWith("/sites/s2/")));
  expect(asked.at(-1)).toBe("/sites/s2/enquiries?state=open");
});
