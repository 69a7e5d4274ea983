// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Sound, SoundSettings } from "./sounds";

interface Heard {
  hertz: number;
  /** In seconds. */
  start: number;
  loudest: number;
}

let heard: Heard[];

/** As in a browser whose page somebody has touched, unless a test says otherwise. */
class FakeAudio {
  static state: AudioContextState = "running";
  state = FakeAudio.state;
  currentTime = 0;
  destination = {};
  async resume() {
    await null;
    this.state = "running";
  }
  createGain() {
    const gain = {
      setValueAtTime: vi.fn(),
      linearRampToValueAtTime: vi.fn(),
      exponentialRampToValueAtTime: vi.fn(),
    };
    return { gain, connect: (next: unknown) => next };
  }
  createOscillator() {
    let loudest = () => 0;
    const frequency = { value: 0 };
    return {
      frequency,
      connect(next: ReturnType<FakeAudio["createGain"]>) {
        loudest = () => Number(next.gain.linearRampToValueAtTime.mock.calls[0]?.[0]);
        return next;
      },
      start: (at: number) => heard.push({ hertz: frequency.value, start: at, loudest: loudest() }),
      stop: () => {},
    };
  }
}

/** A console that has just been opened. */
async function opened() {
  vi.resetModules();
  return await import("./sounds");
}

/** One in which somebody has clicked. */
async function touched(settings: Partial<SoundSettings> = {}) {
  const sounds = await opened();
  sounds.keepSoundSettings({ ...sounds.soundSettings(), ...settings });
  sounds.unlockSound();
  return sounds;
}

beforeEach(() => {
  heard = [];
  FakeAudio.state = "running";
  localStorage.clear();
  vi.useFakeTimers();
  vi.stubGlobal("AudioContext", FakeAudio);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const tones = () => heard.map(({ hertz }) => hertz);

// spec: A-1
it.each<[Sound, number[]]>([
  ["ring", [523, 784]],
  ["message", [660]],
  ["waiting", [440, 440]],
])("plays %s by tones of its own", async (sound, own) => {
  const { play } = await touched();
  play(sound);
  expect(tones()).toEqual(own);
  const starts = heard.map(({ start }) => start);
  expect(
    [...new Set(starts)].sort((a, b) => a - b),
    "one after the other",
  ).toEqual(starts);
});

// spec: A-1
it.each<Sound>(["ring", "message", "waiting"])(
  "is silent for %s alone where that is switched off, but for trying it out",
  async (off) => {
    const { play, tryOut, SOUNDS } = await touched({ [off]: false });
    for (const sound of SOUNDS) {
      heard = [];
      play(sound);
      expect(heard.length > 0, sound).toBe(sound !== off);
    }
    heard = [];
    tryOut(off);
    expect(heard).not.toEqual([]);
  },
);

// spec: A-1
it("is the louder the higher the volume, and silent at none, also when a sound is tried out", async () => {
  const { play, tryOut, keepSoundSettings, soundSettings } = await touched();
  const at = (volume: number) => {
    heard = [];
    keepSoundSettings({ ...soundSettings(), volume });
    play("waiting");
    return heard.map(({ loudest }) => loudest);
  };
  const [quiet = 0] = at(20);
  const [loud = 0] = at(100);
  expect(quiet).toBeGreaterThan(0);
  expect(loud).toBeGreaterThan(quiet);
  expect(loud).toBeLessThanOrEqual(1);
  expect(at(0)).toEqual([]);
  tryOut("waiting");
  expect(heard).toEqual([]);
});

// spec: A-1
it("keeps the settings in the browser, and begins with all sounds on", async () => {
  const first = await opened();
  const begun = first.soundSettings();
  expect(begun).toMatchObject({ ring: true, message: true, waiting: true });
  expect(begun.volume).toBeGreaterThan(0);
  first.keepSoundSettings({ ...begun, waiting: false, volume: 25 });
  const next = await opened();
  expect(next.soundSettings()).toEqual({ ring: true, message: true, waiting: false, volume: 25 });
});

// spec: A-1
it.each([
  ["is no object of settings", "loud"],
  ["holds what is no setting", '{"ring":"no","volume":101}'],
  ["holds a volume below none", '{"volume":-1}'],
])("takes the settings as they were delivered where what is kept %s", async (_, kept) => {
  const { parseSounds } = await opened();
  expect(parseSounds(kept)).toEqual(parseSounds(null));
});

// spec: A-1
it("makes no sound before somebody has done something on the page, and says so", async () => {
  const { play, unlockSound, soundAllowed } = await opened();
  FakeAudio.state = "suspended";
  play("ring");
  expect([heard, soundAllowed()]).toEqual([[], false]);
  unlockSound();
  play("ring");
  expect(heard).toEqual([]);
  await vi.waitFor(() => expect(soundAllowed()).toBe(true));
  play("ring");
  expect(tones()).toEqual([523, 784]);
});

// spec: A-1
it("rings again and again until it is told to stop, and falls silent when it is switched off meanwhile", async () => {
  const { startRinging, stopRinging, keepSoundSettings, soundSettings } = await touched();
  const rings = () => heard.length / 2;
  startRinging();
  startRinging();
  expect(rings()).toBe(1);
  vi.advanceTimersByTime(6_000);
  expect(rings()).toBe(3);
  keepSoundSettings({ ...soundSettings(), ring: false });
  vi.advanceTimersByTime(6_000);
  expect(rings()).toBe(3);
  keepSoundSettings({ ...soundSettings(), ring: true });
  vi.advanceTimersByTime(3_000);
  expect(rings()).toBe(4);
  stopRinging();
  vi.advanceTimersByTime(9_000);
  expect(rings()).toBe(4);
  startRinging();
  expect(rings()).toBe(5);
  stopRinging();
});
