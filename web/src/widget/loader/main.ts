/** The snippet's script: reads its own tag and is the page's one global, `beckon`. Never throws into the page. */

import type { Introduction, VisitorFrame } from "../../api/wire";
import { quietly } from "./quietly";
import { startWidget, type Widget } from "./widget";

type Command = [name: string, ...args: unknown[]];
type Beckon = ((...command: Command) => void) & { q?: ArrayLike<Command> };
type Introduced = Extract<VisitorFrame, { type: "identify" }>;
type Settings = { site?: string; host?: string; consent?: string };

const script = document.currentScript as HTMLScriptElement | null;
const listeners: [unknown, (detail: unknown) => void][] = [];
const settings: Settings = script
  ? { site: script.dataset.site, consent: script.dataset.consent, host: new URL(script.src).origin }
  : {};
let widget: Widget | undefined;
let who: Introduced | undefined;

function emit(name: string, detail: unknown) {
  for (const [on, act] of listeners) if (on === name) quietly(() => act(detail));
}

function start() {
  const { site, host } = settings;
  const gpc = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl;
  const consent = settings.consent || (gpc ? "session" : "full");
  const usable = "adoptedStyleSheets" in document && document.body;
  if (widget || !site || !host || consent === "off" || !usable) return;
  widget = startWidget({ site, host, consent: consent === "session" ? consent : "full", emit });
  track(who);
}

function track(frame: VisitorFrame | undefined) {
  if (widget && frame) widget.track(frame);
}

function shutdown() {
  if (widget) widget.stop();
  widget = undefined;
}

const commands: Record<string, (a: unknown, b: unknown) => void> = {
  boot: (given) => {
    Object.assign(settings, given);
    start();
  },
  on: (name, act) => {
    if (typeof act === "function") listeners.push([name, act as (detail: unknown) => void]);
  },
  open: () => widget && widget.dispatch({ type: "opened", tab: widget.tab, now: Date.now() }),
  close: () => widget && widget.dispatch({ type: "minimised" }),
  identify: (given) => {
    // Said again with every start.
    who = { ...(typeof given === "string" ? { token: given } : (given as Introduction)), type: "identify" };
    track(who);
  },
  event: (name) => track({ type: "event", name: String(name).slice(0, 100) }),
  consent: (mode) => {
    if (mode === settings.consent) return;
    settings.consent = String(mode);
    if (mode === "off" && widget) widget.forget();
    shutdown();
    start();
  },
  reset: () => {
    if (!widget) return;
    widget.forget();
    widget = who = undefined;
    start();
  },
  shutdown,
};

quietly(() => {
  const page = window as unknown as { beckon?: Beckon };
  const before = page.beckon;
  const call: Beckon = (name, a, b) => {
    const command = commands[name];
    if (command) quietly(() => command(a, b));
  };
  if (before && !before.q) return;
  page.beckon = call;
  const begin = () =>
    quietly(() => {
      start();
      for (const command of Array.from((before && before.q) || [])) call(...command);
    });
  // A page that the browser renders ahead has no visitor yet.
  if ((document as { prerendering?: boolean }).prerendering)
    document.addEventListener("prerenderingchange", begin);
  else if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
});
