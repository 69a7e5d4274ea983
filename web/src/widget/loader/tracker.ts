/**
 * What the visitor does on this page: views, in-app route changes, visible seconds, form activity. Never reads a value
 * that was typed. Owns the listeners; does not send.
 */
import type { Page, VisitorFrame } from "../../api/wire";

export type View = Page & { view: number };

export interface Tracker {
  /** The view that is on the screen now. */
  view(): View;
  /** Begins another view of the same page, as after a return from the back-forward cache; does not send it. */
  renew(): void;
  /** The frame that ends the current view. */
  leaving(): VisitorFrame;
  stop(): void;
}

const url_chars_max = 2_048;
const title_chars_max = 300;
const input_ms_min = 5_000;
const route_ms = 50;

export function startTracker(
  tab: number,
  nextView: () => number,
  send: (frame: VisitorFrame) => void,
): Tracker {
  let current: View;
  let visible_ms = 0;
  let visible_since = 0;
  let referrer = document.referrer;
  let input_at = 0;
  let form: Element | null = null;
  const undo: (() => void)[] = [];

  const on = (target: EventTarget, type: string, act: (event: Event) => void) => {
    const options = { capture: true, passive: true };
    target.addEventListener(type, act, options);
    undo.push(() => target.removeEventListener(type, act, options));
  };
  const count = () => {
    const now = performance.now();
    if (visible_since) visible_ms += now - visible_since;
    visible_since = document.visibilityState === "visible" ? now : 0;
  };
  const begin = () => {
    visible_ms = visible_since = input_at = 0;
    form = null;
    count();
    current = {
      tab,
      view: nextView(),
      url: location.href.slice(0, url_chars_max),
      title: document.title.slice(0, title_chars_max),
      referrer: referrer.slice(0, url_chars_max),
    };
    referrer = location.href;
  };
  const leaving = (): VisitorFrame => {
    count();
    return { type: "leave", tab, view: current.view, visible_s: Math.round(visible_ms / 1000) };
  };
  const show = () => send({ type: "page", ...current });
  /** A fragment is a place within a page, unless the page routes by it. */
  const route = () => location.href.replace(/#(?![!/]).*/, "");

  let shown = route();
  const routed = () =>
    setTimeout(() => {
      if (route() === shown) return;
      shown = route();
      send(leaving());
      begin();
      show();
    }, route_ms);
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    const wrapped: typeof original = function (this: History, ...args) {
      original.apply(this, args);
      routed();
    };
    history[name] = wrapped;
    undo.push(() => {
      if (history[name] === wrapped) history[name] = original;
    });
  }
  on(window, "popstate", routed);
  on(window, "hashchange", routed);
  on(document, "visibilitychange", count);

  const formOf = (event: Event) =>
    event.target instanceof Element && event.target.matches("input,select,textarea")
      ? event.target.closest("form")
      : null;
  on(document, "focusin", (event) => {
    const entered = formOf(event);
    if (!entered || entered === form) return;
    form = entered;
    send({ type: "form", tab, action: "entered" });
  });
  on(document, "input", (event) => {
    if (!formOf(event) || Date.now() - input_at < input_ms_min) return;
    input_at = Date.now();
    send({ type: "form", tab, action: "input" });
  });
  on(document, "submit", () => send({ type: "form", tab, action: "submitted" }));

  begin();
  return {
    view: () => current,
    renew: begin,
    leaving,
    stop: () => {
      for (const act of undo) act();
    },
  };
}
