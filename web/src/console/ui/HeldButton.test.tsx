// @vitest-environment happy-dom
import { ActionIcon, Button } from "@mantine/core";
import { afterEach, expect, it, vi } from "vitest";
import { type Mounted, mount } from "./mounted";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

// spec: N-5
it.each([
  ["a button", Button],
  ["an icon", ActionIcon],
])("%s keeps the focus while what it began is under way, and takes no other press", async (_, Pressed) => {
  const press = vi.fn();
  const send = vi.fn((event: { preventDefault(): void }) => event.preventDefault());
  page = await mount(
    <form onSubmit={send}>
      <Pressed type="submit" loading onClick={press} />
      <Pressed disabled loading />
      <Pressed loading={false} onClick={press} />
    </form>,
    () => undefined,
  );
  const [held, off, free] = page.element.querySelectorAll("button");
  held?.focus();
  await page.click(held);
  expect([
    held?.disabled,
    held?.type,
    held?.getAttribute("aria-busy"),
    held?.getAttribute("aria-disabled"),
  ]).toEqual([false, "submit", "true", "true"]);
  expect(document.activeElement).toBe(held);
  expect([press.mock.calls, send.mock.calls]).toEqual([[], []]);
  expect(off?.disabled).toBe(true);
  await page.click(free);
  expect([free?.type, press.mock.calls.length]).toEqual(["button", 1]);
});
