/** Owns how the console calls for attention: the title and icon of the tab, and desktop notifications. Sounds stand in `sounds`. */
import markUrl from "../mark.svg?no-inline";
import { badgeIcon } from "./badge";

const PRODUCT = "Beckon";

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
  const href = waiting > 0 ? badgeIcon(waiting) : markUrl;
  if (icon && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}

export type Permission = "granted" | "denied" | "default" | "unsupported";

export function canNotify(): Permission {
  return "Notification" in window ? Notification.permission : "unsupported";
}

interface Note {
  tag: string;
  title: string;
  body: string;
  /** Called when the agent clicks it, after the tab came to the front. */
  open(): void;
  /** Stays on screen until the agent reacts, where the system can do that. */
  stays: boolean;
}

/** A desktop notification while the console does not have the focus; a click brings the tab to the front. */
export function notify({ tag, title, body, open, stays }: Note): void {
  if (canNotify() !== "granted" || document.hasFocus()) return;
  // In place of the one before of the same tag, but not silently.
  const options: NotificationOptions & { renotify: boolean } = {
    body,
    tag,
    icon: markUrl,
    requireInteraction: stays,
    renotify: true,
  };
  const note = noteOf(title, options);
  if (note === null) return;
  note.onclick = () => {
    window.focus();
    open();
    note.close();
  };
}

/** Null where only a service worker may show one, as in Chrome on Android: it has the class and throws when it is used. */
function noteOf(title: string, options: NotificationOptions): Notification | null {
  try {
    return new Notification(title, options);
  } catch {
    return null;
  }
}
