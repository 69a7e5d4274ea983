/** Owns the sounds of the console: which, how loud, and whether the browser lets the page make any. */

const SETTINGS_KEY = "beckon.console.sounds";
const RING_EVERY_MS = 3_000;

export const SOUNDS = ["ring", "message", "waiting"] as const;
export type Sound = (typeof SOUNDS)[number];

export interface SoundSettings extends Record<Sound, boolean> {
  /** 0 to 100. */
  volume: number;
}

const DEFAULTS: SoundSettings = { ring: true, message: true, waiting: true, volume: 70 };

/** Frequency in hertz, start and length in seconds. */
type Tone = [number, number, number];

const TONES: Record<Sound, Tone[]> = {
  ring: [
    [523, 0, 0.16],
    [784, 0.18, 0.22],
  ],
  message: [[660, 0, 0.09]],
  waiting: [
    [440, 0, 0.12],
    [440, 0.2, 0.12],
  ],
};

let audio: AudioContext | null = null;
let ringing: ReturnType<typeof setInterval> | undefined;

export function soundSettings(): SoundSettings {
  return parseSounds(localStorage.getItem(SETTINGS_KEY));
}

export function keepSoundSettings(settings: SoundSettings): void {
  localStorage.setItem(SETTINGS_KEY, JSON.stringify(settings));
}

/** What was kept; anything else is as it was delivered. */
export function parseSounds(text: string | null): SoundSettings {
  const settings = { ...DEFAULTS };
  try {
    const found = JSON.parse(text ?? "{}") as Record<string, unknown>;
    for (const sound of SOUNDS) if (typeof found[sound] === "boolean") settings[sound] = found[sound];
    const { volume } = found;
    if (typeof volume === "number" && volume >= 0 && volume <= 100) settings.volume = volume;
  } catch {
    return settings;
  }
  return settings;
}

/** Browsers let a page make sound only after a gesture: call on the first one. */
export function unlockSound(): void {
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume();
}

export function soundAllowed(): boolean {
  return audio?.state === "running";
}

export function play(sound: Sound): void {
  const settings = soundSettings();
  if (settings[sound]) sing(TONES[sound], settings.volume);
}

/** Plays the sound whether it is switched on or not. */
export function tryOut(sound: Sound): void {
  unlockSound();
  sing(TONES[sound], soundSettings().volume);
}

/** Rings again and again until it is told to stop. */
export function startRinging(): void {
  if (ringing !== undefined) return;
  play("ring");
  ringing = setInterval(() => play("ring"), RING_EVERY_MS);
}

export function stopRinging(): void {
  clearInterval(ringing);
  ringing = undefined;
}

function sing(tones: Tone[], volume: number): void {
  if (audio === null || audio.state !== "running" || volume === 0) return;
  const loudest = 0.3 * (volume / 100) ** 2;
  for (const [frequency, start, length] of tones) {
    const at = audio.currentTime + start;
    const gain = audio.createGain();
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(loudest, at + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.001, at + length);
    const oscillator = audio.createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(at);
    oscillator.stop(at + length);
  }
}
