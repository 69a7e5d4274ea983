/**
 * The page `/widget-preview`: the real launcher and the real chat in any of their states, without a visit and without a
 * connection. Owns what stands around them, and that only the console's own page is listened to.
 */
import type { PreviewConfig, PreviewReady } from "../../api/preview";
import type { VisitorFrame } from "../../api/wire";
import type { Brain, Launcher, LauncherPlace, Views } from "../bundle";
import { loadBundle } from "../loader/script";
import type { Session, SessionEvent } from "../session";
import pageText from "./page.css?inline";
import { interceptSheets, preferDark } from "./scheme";
import { answer, said, windowOf } from "./scripted";

const { origin } = location;
const tab = 1;
/** How deep an answer may lead to a further frame. */
const answers_max = 8;

let brain: Brain | undefined;
let makeLauncher: ((place: LauncherPlace) => Launcher) | undefined;
let wanted: PreviewConfig | undefined;
let stage: Stage | undefined;

interface Stage {
  /** What it stands for; another one begins anew. */
  key: string;
  restyle(config: PreviewConfig): void;
  remove(): void;
}

interceptSheets();
const page_sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [page_sheet];

function draw() {
  if (!brain || !makeLauncher || !wanted) return;
  const { scene, language, right_to_left, dark, form, enquiry, survey, instead } = wanted;
  const key = JSON.stringify([scene, language, right_to_left, dark, form, enquiry, survey, instead]);
  if (stage && stage.key === key) {
    stage.restyle(wanted);
    return;
  }
  if (stage) stage.remove();
  preferDark(dark);
  page_sheet.replaceSync(pageText);
  document.documentElement.lang = language;
  document.documentElement.dir = right_to_left ? "rtl" : "ltr";
  document.documentElement.className = dark ? "dark" : "";
  stage = begin(key, wanted, brain, makeLauncher);
}

function begin(
  key: string,
  first: PreviewConfig,
  brain: Brain,
  make: (place: LauncherPlace) => Launcher,
): Stage {
  let config = first;
  const page = pageAround();
  const element = document.createElement("beckon-chat");
  const root = element.attachShadow({ mode: "closed" });
  document.body.append(element);
  const place: LauncherPlace = { host: origin, root, tab, language: config.language, dispatch };
  const launcher = make(place);
  let session: Session = brain.newSession({ window: windowOf(config.scene) });
  let views: Views | undefined;

  function show() {
    launcher(brain.look(session));
    if (views) views.update(session);
  }
  function take(event: SessionEvent, depth = 0) {
    const [next, frames] = brain.step(session, event);
    session = next;
    if (depth < answers_max) for (const frame of frames) reply(frame, depth);
  }
  function reply(frame: VisitorFrame, depth: number) {
    for (const notice of answer(frame, config, session))
      take({ type: "noticed", notice, now: Date.now() }, depth + 1);
  }
  function dispatch(event: SessionEvent) {
    take(event);
    show();
  }

  const now = Date.now();
  for (const notice of said(config, now)) take({ type: "noticed", notice, now }, answers_max);
  // The server's word opens the window; a scene says how it stands by now.
  session = { ...session, window: windowOf(config.scene) };
  if (config.scene === "invitation") take({ type: "rejected", now });
  if (config.scene === "invitation") take({ type: "maximised", tab: 0, now });
  if (config.scene === "enquiry_taken") take({ type: "enquiry_sent", id: "preview", answers: {}, now });
  views = brain.mount({ ...place, emit: () => {}, readDraft: () => "", keepDraft: () => {} });
  show();

  return {
    key,
    restyle: (next) => {
      config = next;
      take({ type: "noticed", notice: { type: "styling", styling: next.styling }, now: Date.now() });
      const { offer, declined } = session;
      const restyled = (shown: Session["offer"]) =>
        shown && { ...shown, design: { ...next.design, form: shownForm(next) } };
      session = { ...session, offer: restyled(offer), declined: restyled(declined) };
      show();
    },
    remove: () => {
      if (views) views.remove();
      element.remove();
      page.remove();
    },
  };
}

function shownForm({ scene, design }: PreviewConfig) {
  switch (scene) {
    case "card":
    case "toast":
    case "banner":
    case "modal":
    case "inline":
      return scene;
    default:
      return design.form;
  }
}

/** Grey lines that stand for the customer's page, and the place of an offer inside it. */
function pageAround(): HTMLElement {
  const page = document.createElement("div");
  page.className = "page";
  for (const kind of ["bar", "head", "line", "line", "short", "slot", "line", "line", "short"]) {
    const part = document.createElement("div");
    part.className = kind;
    if (kind === "slot") part.dataset.beckonSlot = "";
    page.append(part);
  }
  document.body.append(page);
  return page;
}

addEventListener("message", ({ origin: from, source, data }: MessageEvent) => {
  if (from !== origin || source !== parent || Object(data).type !== "beckon_preview") return;
  wanted = data as PreviewConfig;
  draw();
});
loadBundle<Brain>(`${origin}/beckon-chat.js`, CHAT_HASH, (come) => {
  brain = come;
  draw();
});
loadBundle<(place: LauncherPlace) => Launcher>(`${origin}/beckon-launcher.js`, LAUNCHER_HASH, (make) => {
  makeLauncher = make;
  draw();
});
const ready: PreviewReady = { type: "beckon_preview_ready" };
parent.postMessage(ready, origin);
