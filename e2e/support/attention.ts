/** How a console calls for attention. The browser of a journey always has the focus, shows no notifications, and nobody hears it. */
import type { Page } from "@playwright/test";

declare global {
  interface Window {
    /** Set by a journey: the console counts as not having the focus. */
    elsewhere?: boolean;
    /** Those that called. */
    notes?: { title: string; body: string; stays: boolean; click(): void }[];
    tones?: number[];
  }
}

/** The tones of the console's sounds, in hertz. */
const sounds = { ring: [523, 784], message: [660] };

/** From now on stands in for a console's focus and for notifications, and writes down each tone that begins. */
export async function standInForAttention(page: Page): Promise<void> {
  await page.addInitScript(standIn);
  await page.reload();
}

/** Runs in the page before anything else. */
function standIn(): void {
  const hasFocus = document.hasFocus.bind(document);
  document.hasFocus = () => !window.elsewhere && hasFocus();
  window.notes = [];
  const shown = new Set<string>();
  class Note {
    static permission = "granted";
    static requestPermission = async () => "granted";
    onclick: (() => void) | null = null;
    private readonly tag: string;
    constructor(
      title: string,
      options: { body: string; tag: string; requireInteraction: boolean; renotify?: boolean },
    ) {
      this.tag = options.tag;
      // In place of one that is still shown it calls nobody, unless it is to do so.
      if (shown.has(this.tag) && !options.renotify) return;
      shown.add(this.tag);
      window.notes?.push({
        title,
        body: options.body,
        stays: options.requireInteraction,
        click: () => this.onclick?.(),
      });
    }
    close(): void {
      shown.delete(this.tag);
    }
  }
  Object.defineProperty(window, "Notification", { value: Note });
  window.tones = [];
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (when) {
    window.tones?.push(this.frequency.value);
    start.call(this, when);
  };
}

/** The console loses the focus, or has it again. */
export function setElsewhere(page: Page, elsewhere: boolean): Promise<void> {
  return page.evaluate((set) => {
    window.elsewhere = set;
    window.dispatchEvent(new Event(set ? "blur" : "focus"));
  }, elsewhere);
}

/** How often a sound was heard whole. */
export async function heard(page: Page, sound: keyof typeof sounds): Promise<number> {
  const tones = await page.evaluate(() => window.tones ?? []);
  return Math.min(...sounds[sound].map((tone) => tones.filter((one) => one === tone).length));
}

export function notes(page: Page): Promise<{ title: string; body: string; stays: boolean }[]> {
  return page.evaluate(() => (window.notes ?? []).map(({ title, body, stays }) => ({ title, body, stays })));
}

/** The icon of the tab as it is drawn: the address of a file, or a drawing with a count in it. */
export async function icon(page: Page): Promise<string> {
  return decodeURIComponent((await page.locator('link[rel="icon"]').getAttribute("href")) ?? "");
}
