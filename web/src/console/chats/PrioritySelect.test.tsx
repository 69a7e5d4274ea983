// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, expect, it } from "vitest";
import type { Chat } from "../../api/wire";
import { type Mounted, mount } from "../ui/mounted";
import { PrioritySelect } from "./PrioritySelect";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

// spec: N-5 Q-3
it("keeps the focus while the priority is changed, and gives no other choice until it is", async () => {
  let answer: () => void = () => {};
  page = await mount(<PrioritySelect chat={{ id: "c1", priority: 0 } as Chat} />, () => {
    return new Promise((resolve) => (answer = () => resolve(new Response(null, { status: 204 }))));
  });
  const { element, click, until, changes } = page;
  const field = () => element.querySelector("input[aria-label]") as HTMLInputElement;
  const option = (name: string) =>
    [...document.querySelectorAll<HTMLElement>('[role="option"]')].find((one) => one.textContent === name);
  const open = () => field().getAttribute("aria-expanded") === "true";
  field().focus();
  await click(field());
  await until(open);
  await click(option("Priority 9"));
  await until(() => changes.length === 1 && !open());
  expect([document.activeElement === field(), field().disabled]).toEqual([true, false]);
  const choices = () => document.querySelector('[role="listbox"]')?.closest("[data-hidden]");
  expect(choices()).not.toBeNull();
  await act(async () => answer());
  await until(() => choices() === null);
});
