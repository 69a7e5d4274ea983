/**
 * The snippet's script: reads its own tag and is the page's one global, `beckon`. Owns whether the widget may run here: the
 * site's terms, the visitor's consent, the path. Never throws into the page.
 */
import type { Terms, VisitorFrame } from "../../api/wire";
import type { ShowPreview } from "../bundle";
import { openKeeps, visitor_names } from "./keep";
import { plain } from "./plain";
import { quietly } from "./quietly";
import { watchRoutes } from "./routes";
import { loadBundle } from "./script";
import { startWidget, type Widget } from "./widget";

type Command = [name: string, ...args: unknown[]];
type Beckon = ((...command: Command) => void) & { q?: ArrayLike<Command> };

/** What a visitor can agree to, rising. */
const modes = ["off", "session", "full"];
const early_max = 50;
const token_chars_max = 8_000;
const introduced_chars_max = 256;
const ask_again_ms_max = 60_000;

const script = document.currentScript as HTMLScriptElement | null;
const listeners: [unknown, (detail: unknown) => void][] = [];
const settings: { site?: string; host?: string; consent?: string } = script
  ? { site: script.dataset.site, consent: script.dataset.consent, host: new URL(script.src).origin }
  : {};
let terms: Terms | undefined;
/** What the visitor said on this page, or withdrew in another tab; -1 for nothing. */
let said = -1;
/** The token of a link that shows an offer on this page: nothing else runs then, whatever was agreed to. */
let previewed = (/[#&]beckon-preview=(\w+)/.exec(location.hash) || [])[1];
/** Calls that wait for the widget. */
let early: Command[] = [];
let widget: Widget | undefined;
/** Who the page says the visitor is; said again with every start. */
let who: VisitorFrame | undefined;
let running = 0;
let unwatch: (() => void) | undefined;
let asking = false;
/** Shut down: nothing is heard until `boot`. */
let over = false;
let failures = 0;

const rank = (mode: unknown) => modes.indexOf(String(mode));
const keeps = () => openKeeps(settings.site || "");

function emit(name: string, detail: unknown) {
  for (const [on, act] of listeners) if (on === name) quietly(() => act(detail));
}

/** What the visitor said; else the least of what site, snippet and browser allow. A word that is no mode allows nothing. */
function allowed(): number {
  const [lasting, tab] = keeps();
  const kept = said < 0 ? rank(tab.read(":consent") || lasting.read(":consent")) : said;
  if (kept >= 0) return kept;
  const { globalPrivacyControl } = navigator as { globalPrivacyControl?: boolean };
  const snippet = settings.consent ? rank(settings.consent) : 2;
  return Math.max(0, Math.min(snippet, globalPrivacyControl ? 1 : 2, terms ? rank(terms.consent) : 2));
}

function denied(): boolean {
  const path = `${location.pathname}/`;
  return !!terms && terms.deny_paths.some((prefix) => path.startsWith(prefix.replace(/\/*$/, "/")));
}

/** Starts or stops the widget, as it may run here or not. */
function update() {
  if (!unwatch || !settings.site || !settings.host || !("adoptedStyleSheets" in document)) return;
  const mode = allowed();
  if ((mode || previewed) && !terms) {
    ask();
    return;
  }
  if (previewed && !denied()) {
    preview(settings.host, settings.site, previewed);
    return;
  }
  const wanted = mode && !denied() ? mode : 0;
  if (widget && running !== wanted) stop();
  if (!mode) clear();
  if (!wanted) early = early.filter(([name]) => name !== "open");
  else if (!widget) {
    running = wanted;
    const { site, host } = settings;
    widget = startWidget({ site, host, consent: modes[wanted], emit, forgotten });
    if (who) widget.track(who);
    for (const command of early.splice(0)) call(...command);
  }
}

/** Without its bundle there is no preview, and the page is as it is for any visitor. */
function preview(host: string, site: string, token: string) {
  const over = () => {
    previewed = "";
    quietly(update);
  };
  loadBundle<ShowPreview>(
    `${host}/beckon-offer-preview.js`,
    PREVIEW_HASH,
    (show) => show({ host, site, token, load: loadBundle, over }),
    over,
  );
}

async function ask() {
  if (asking) return;
  asking = true;
  const { site, host } = settings;
  try {
    const answer = await fetch(`${host}/live/site/${site}`, { credentials: "omit" });
    // The page is not one of the site's, or its reader is a robot.
    const unwelcome = /^4/.test(String(answer.status));
    const told: Terms = unwelcome ? { consent: "off", deny_paths: ["/"] } : await answer.json();
    if (site === settings.site) terms = told;
    if (said >= 0) say(said);
  } catch {
    setTimeout(update, Math.min(ask_again_ms_max, 2_000 * 2 ** failures++) * (0.5 + Math.random()));
    return;
  } finally {
    asking = false;
  }
  quietly(update);
}

function stop() {
  if (widget) widget.stop();
  widget = undefined;
}

function clear() {
  for (const keep of keeps()) for (const name of visitor_names) keep.remove(name);
}

function start() {
  over = false;
  if (!unwatch)
    unwatch = watchRoutes(() =>
      quietly(() => {
        if (widget && !denied()) widget.routed();
        else update();
      }),
    );
  update();
}

/** Keeps what the visitor said, where it may be kept; nothing when it is what holds anyway. */
function say(mode: number) {
  const [lasting, tab] = keeps();
  said = -1;
  lasting.remove(":consent");
  tab.remove(":consent");
  if (terms && mode !== allowed()) (mode === 1 ? tab : lasting).write(":consent", modes[mode]);
  said = mode;
}

function forget(off: boolean) {
  if (widget) widget.forget(off);
  widget = undefined;
  clear();
}

/** Another tab has said or forgotten it. */
function forgotten(off: boolean) {
  stop();
  clear();
  if (off) {
    // Not from the storage, which may not have it yet: this tab would begin again.
    said = 0;
    keeps()[1].remove(":consent");
  }
  update();
}

/** The frame of what the page gives: a signed token, or a reference without proof. */
function introduction(given: unknown): VisitorFrame | undefined {
  const { token, customer_ref, name, email } = typeof given === "string" ? { token: given } : Object(given);
  const text = (value: unknown, max = introduced_chars_max) =>
    typeof value === "string" && value && value.length <= max ? value : undefined;
  const signed = text(token, token_chars_max);
  if (signed) return { type: "identify", token: signed };
  const reference = text(customer_ref);
  if (!reference) return undefined;
  return { type: "identify", customer_ref: reference, name: text(name), email: text(email) };
}

const commands: Record<string, (a: unknown, b: unknown) => void> = {
  boot: (given) => {
    const before = JSON.stringify(settings);
    const { site, host, consent } = Object(given);
    for (const [name, value] of Object.entries({ site, consent, host: host && new URL(host).origin }))
      if (value && typeof value === "string") settings[name as keyof typeof settings] = value;
    if (before !== JSON.stringify(settings)) {
      stop();
      terms = undefined;
    }
    start();
  },
  on: (name, act) => {
    if (typeof act === "function") listeners.push([name, act as (detail: unknown) => void]);
  },
  consent: (mode) => {
    const wish = rank(mode);
    if (wish < 0) return;
    say(wish);
    if (!wish) forget(true);
    update();
  },
  identify: (given) => {
    const introduced = introduction(given);
    if (!introduced) return;
    who = introduced;
    if (widget) widget.track(who);
  },
  reset: () => {
    who = undefined;
    forget(false);
    update();
  },
  shutdown: () => {
    if (unwatch) unwatch();
    unwatch = undefined;
    over = true;
    early = [];
    stop();
  },
};

/** Calls that need the widget; those that come before it wait. */
const asked: Record<string, (widget: Widget, a: unknown) => void> = {
  open: ({ dispatch, tab }) => dispatch({ type: "opened", tab, now: Date.now() }),
  close: ({ dispatch }) => dispatch({ type: "minimised" }),
  set: ({ set }, given) => set(given),
  event: ({ track }, name) =>
    typeof name === "string" && name && track({ type: "event", name: plain(name, 64) }),
};

const call: Beckon = (name, a, b) =>
  quietly(() => {
    const command = commands[name];
    const act = asked[name];
    if (command) command(a, b);
    else if (act && widget) act(widget, a);
    else if (act && !over) early = [...early, [name, a] as Command].slice(-early_max);
  });

quietly(() => {
  const page = window as unknown as { beckon?: Beckon };
  const before = page.beckon;
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
