// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, expect, it } from "vitest";
import { type Mounted, mount } from "../../ui/mounted";
import { PictureField } from "./PictureField";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

/** A file was chosen, and the question which part of it is kept is on screen. */
async function asked() {
  // The picture stays under way.
  const sent: string[] = [];
  const field = <PictureField site="s1" use="logo" label="Logo" value="" onChange={() => {}} />;
  const mounted = await mount(field, ({ path }) => {
    sent.push(path);
    return new Promise(() => {});
  });
  page = mounted;
  const { element, until } = mounted;
  const upload = element.querySelector<HTMLElement>('[aria-label^="Logo:"]');
  upload?.focus();
  const input = element.querySelector('input[type="file"]') as HTMLInputElement;
  const files = [new File(["GIF89a"], "logo.gif", { type: "image/gif" })];
  Object.defineProperty(input, "files", { value: files, configurable: true });
  await act(async () => input.dispatchEvent(new Event("change", { bubbles: true })));
  const dialog = () => document.querySelector('[role="dialog"]');
  await until(() => dialog()?.contains(document.activeElement));
  return { ...mounted, upload, dialog, sent };
}

// spec: N-5
it("gives the focus back to the button when no part of a picture is chosen", async () => {
  const { upload, dialog, click, until, sent } = await asked();
  await click([...(dialog()?.querySelectorAll("button") ?? [])].find((one) => one.textContent === "Cancel"));
  await until(() => dialog() === null);
  await until(() => document.activeElement === upload);
  expect(sent).toEqual([]);
});

// spec: N-5
it("gives the focus to the field of the address while the picture is on its way", async () => {
  const { element, dialog, until, sent } = await asked();
  await act(async () => dialog()?.querySelector("img")?.dispatchEvent(new Event("error")));
  await until(() => dialog() === null);
  const address = element.querySelector('input[placeholder="https://"]');
  await until(() => document.activeElement === address);
  await new Promise((later) => setTimeout(later, 30));
  expect(document.activeElement).toBe(address);
  expect(sent).toEqual(["/sites/s1/pictures?use=logo"]);
});
