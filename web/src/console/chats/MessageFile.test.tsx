// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, expect, it, vi } from "vitest";
import type { MessageFile } from "../../api/wire";
import { type Mounted, mount } from "../ui/mounted";
import { FileLink } from "./MessageFile";

vi.mock("../live/LiveProvider", () => ({ useLive: () => ({}) }));

let page: Mounted | undefined;
afterEach(() => page?.unmount());

const CHAIR: MessageFile = {
  id: "f1",
  name: "oslo chair.png",
  media_type: "image/png",
  bytes: 2048,
  picture: { width: 640, height: 400 },
  url: "/files/f1",
  thumb_url: "/files/f1/thumb",
};

const dialog = () => document.querySelector('[role="dialog"]');

async function opened() {
  page = await mount(<FileLink file={CHAIR} />, () => undefined);
  const { element, click, until } = page;
  const button = element.querySelector("button");
  await click(button);
  await until(() => dialog()?.contains(document.activeElement));
  return { button, until };
}

// spec: Q-8 N-5
it("shows a picture large under its name, and gives the focus back to its button when Escape closes it", async () => {
  const { button, until } = await opened();
  expect(button?.querySelector("img")?.alt).toBe("Picture: oslo chair.png");
  expect(dialog()?.getAttribute("aria-modal")).toBe("true");
  expect(dialog()?.querySelector("h2")?.textContent).toBe("oslo chair.png");
  expect(dialog()?.querySelector("img")?.getAttribute("src")).toBe("/files/f1");
  await act(async () => {
    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  });
  await until(() => dialog() === null);
  await until(() => document.activeElement === button);
});

// spec: Q-8
it("leads from the large picture to the file, under its name", async () => {
  await opened();
  const link = dialog()?.querySelector("a");
  expect(link?.textContent).toBe("Download");
  expect([link?.getAttribute("href"), link?.getAttribute("download")]).toEqual([
    "/files/f1",
    "oslo chair.png",
  ]);
});

// spec: Q-8
it("says so when the picture cannot be had, and the file can still be asked for", async () => {
  await opened();
  await act(async () => dialog()?.querySelector("img")?.dispatchEvent(new Event("error")));
  expect(dialog()?.querySelector('[role="alert"]')?.textContent).toBe("This picture cannot be read");
  expect(dialog()?.querySelector("a")).not.toBeNull();
});
