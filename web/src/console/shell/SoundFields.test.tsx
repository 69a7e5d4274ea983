// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Sound, soundSettings } from "../live/sounds";
import { field, type Mounted, mount } from "../ui/mounted";
import { SoundFields } from "./SoundFields";

const tryOut = vi.hoisted(() => vi.fn());
vi.mock("../live/sounds", async (original) => ({ ...(await original<object>()), tryOut }));

const NAMES: Record<Sound, string> = { ring: "Ringing", message: "New message", waiting: "Someone waits" };
const SOUNDS = Object.keys(NAMES) as Sound[];

let page: Mounted;
beforeEach(async () => {
  localStorage.clear();
  page = await mount(<SoundFields />, () => undefined);
});
afterEach(async () => {
  await page.unmount();
  vi.clearAllMocks();
});

const switchOf = (sound: Sound) => field(page.element, NAMES[sound]) as HTMLInputElement;
const on = () => SOUNDS.filter((sound) => switchOf(sound).checked);

// spec: A-1
it.each(SOUNDS)("switches the sound %s off and on again, and no other", async (sound) => {
  const before = soundSettings();
  expect(on()).toEqual(SOUNDS);
  await page.click(switchOf(sound));
  expect(soundSettings()).toEqual({ ...before, [sound]: false });
  expect(on()).toEqual(SOUNDS.filter((other) => other !== sound));
  await page.click(switchOf(sound));
  expect(soundSettings()).toEqual(before);
});

// spec: A-1
it.each(SOUNDS)("tries out the sound %s by a button of its own", async (sound) => {
  await page.click(page.element.querySelector(`[aria-label="Test the sound: ${NAMES[sound]}"]`));
  expect(tryOut.mock.calls).toEqual([[sound]]);
});

// spec: A-1
it("sets the volume by keys, and keeps it beside the switches", async () => {
  const before = soundSettings();
  await page.click(switchOf("waiting"));
  const volume = page.element.querySelector('[role="slider"]');
  expect(volume?.getAttribute("aria-label")).toBe("Volume");
  const press = (key: string) =>
    act(async () => volume?.dispatchEvent(new KeyboardEvent("keydown", { key, code: key, bubbles: true })));
  await press("ArrowRight");
  expect(soundSettings()).toEqual({ ...before, waiting: false, volume: before.volume + 5 });
  expect(volume?.getAttribute("aria-valuenow")).toBe(String(before.volume + 5));
  await press("Home");
  expect(soundSettings()).toEqual({ ...before, waiting: false, volume: 0 });
});
