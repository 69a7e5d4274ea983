/** Owns how the console calls for attention: sounds, the title and icon of the tab, desktop notifications. */
import markUrl from "../mark.svg?no-inline";
import markAlertUrl from "../mark-alert.svg?no-inline";

const SOUND_KEY = "beckon.console.sound";
const RING_EVERY_MS = 3_000;
const PRODUCT = "Beckon";

let audio: AudioContext | null = null;
let ringing: ReturnType<typeof setInterval> | undefined;

export function soundOn(): boolean {
  return localStorage.getItem(SOUND_KEY) !== "off";
}

export function setSound(on: boolean): void {
  localStorage.setItem(SOUND_KEY, on ? "on" : "off");
  if (!on) stopRinging();
}

/** Browsers let a page make sound only after a gesture: call on the first one. */
export function unlockSound(): void {
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume();
}

export function playMessage(): void {
  tones([[660, 0, 0.09]]);
}

export function startRinging(): void {
  if (ringing !== undefined) return;
  const ring = () =>
    tones([
      [523, 0, 0.16],
      [784, 0.18, 0.22],
    ]);
  ring();
  ringing = setInterval(ring, RING_EVERY_MS);
}

export function stopRinging(): void {
  clearInterval(ringing);
  ringing = undefined;
}

/** Each tone: frequency in hertz, start and length in seconds. */
function tones(list: [number, number, number][]): void {
  if (!soundOn() || audio === null || audio.state !== "running") return;
  for (const [frequency, start, length] of list) {
    const at = audio.currentTime + start;
    const gain = audio.createGain();
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.14, at + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.001, at + length);
    const oscillator = audio.createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(at);
    oscillator.stop(at + length);
  }
}

let page = "";
let waiting = 0;

/** Names in the tab the page that is shown. */
export function showPage(name: string): void {
  page = name;
  showTab();
}

/** Shows in the tab how much waits for the agent. */
export function showWaiting(count: number): void {
  waiting = count;
  showTab();
}

function showTab(): void {
  const name = page ? `${page} · ${PRODUCT}` : PRODUCT;
  document.title = waiting > 0 ? `(${waiting}) ${name}` : name;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = waiting > 0 ? markAlertUrl : markUrl;
  if (icon && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}

export function canNotify(): "granted" | "denied" | "default" | "unsupported" {
  return "Notification" in window ? Notification.permission : "unsupported";
}

/** A desktop notification while the console does not have the focus; a click brings the tab to the front. */
export function notify(tag: string, title: string, body: string, open: () => void): void {
  if (canNotify() !== "granted" || document.hasFocus()) return;
  const note = new Notification(title, { body, tag, icon: markUrl });
  note.onclick = () => {
    window.focus();
    open();
    note.close();
  };
}
