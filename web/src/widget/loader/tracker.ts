/**
 * Which page is on the screen, as a view with its number, and for how long it was visible. Owns no form and no signal:
 * those stand in the track bundle. Does not send.
 */
import type { Page, VisitorFrame } from "../../api/wire";
import { plain } from "./plain";

export type View = Page & { view: number };

export interface Tracker {
  /** The view that is on the screen now. */
  view(): View;
  /** Begins another view, of another page or of the same one; does not send it. */
  begin(): void;
  /** The frame that ends the current view. */
  leaving(): VisitorFrame;
}

const url_chars_max = 2_048;
const title_chars_max = 300;

/** Counts until `signal` says that it is over. */
export function startTracker(tab: number, nextView: () => number, signal: AbortSignal): Tracker {
  let current: View;
  let visible_ms = 0;
  let visible_since = 0;
  let referrer = document.referrer;

  const count = () => {
    const now = performance.now();
    if (visible_since) visible_ms += now - visible_since;
    visible_since = document.hidden ? 0 : now;
  };
  const begin = () => {
    visible_ms = visible_since = 0;
    count();
    current = {
      tab,
      view: nextView(),
      url: location.href.slice(0, url_chars_max),
      title: plain(document.title, title_chars_max),
      referrer: referrer.slice(0, url_chars_max),
    };
    referrer = location.href;
  };
  document.addEventListener("visibilitychange", count, { signal });
  begin();
  return {
    view: () => current,
    begin,
    leaving: () => {
      count();
      return { type: "leave", tab, view: current.view, visible_s: Math.round(visible_ms / 1000) };
    },
  };
}
