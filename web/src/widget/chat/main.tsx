/** The chat bundle's entry: the brain for the loader, and the views in the loader's shadow root. */
import { render } from "preact";
import type { Brain, BundleScript, Stage, Views } from "../bundle";
import { directionOf } from "../direction";
import { look, windowStyling } from "../look";
import { kept, newSession, type Session, step as stepSession } from "../session";
import { held } from "../transcript";
import sheetText from "./chat.css?inline";
import { focus, keepingFocus } from "./focus";
import { makeSender } from "./sender";
import { makeSlot } from "./slot";
import { type Effect, type Event, invitation, newState, shownOffer, step } from "./state";
import { loadTexts, type Texts } from "./texts";
import { themeText } from "./theme";
import { App } from "./views/app";
import type { Ui } from "./views/context";

/** Long enough for assistive technology to take the text. */
const hush_ms = 1_500;

const mark_chars = 8;

/** Tells whose draft it is. */
function mark({ token }: Session): string {
  return token.slice(0, mark_chars);
}

function mount(stage: Stage): Views {
  const { root, tab, dispatch, language, host } = stage;
  const sheet = new CSSStyleSheet();
  const theme = new CSSStyleSheet();
  const viewport = new CSSStyleSheet();
  sheet.replaceSync(sheetText);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet, theme, viewport];
  const place = document.createElement("div");
  place.className = "beckon";
  root.prepend(place);
  const slot = makeSlot([sheet, theme], language);

  let hush: ReturnType<typeof setTimeout>;
  let themed = "";
  let state = newState(newSession(), tab, "", document.visibilityState === "visible");
  let draft = stage.readDraft();
  let texts: Texts | undefined;

  let drawing = false;
  let stale = false;

  // A field that goes while it has the focus is left while the views are drawn: they are drawn once more then, not within.
  const draw = () => {
    stale = true;
    if (drawing) return;
    drawing = true;
    try {
      while (stale) {
        stale = false;
        paint();
      }
    } finally {
      drawing = false;
    }
  };
  const paint = () => {
    if (!texts) return;
    const { styling } = state.session;
    const offer = shownOffer(state);
    const colored = offer || invitation(state);
    const window_styling = windowStyling(state.session);
    const text = themeText(
      styling ? styling.color : "",
      window_styling ? window_styling.color : "",
      colored ? colored.design.color : undefined,
    );
    if (text !== themed) theme.replaceSync(text);
    themed = text;
    place.dir = directionOf(language);
    const ui: Ui = { state, t: texts, language, host, act, dispatch };
    const inline = offer && offer.design.form === "inline" && slot.find();
    keepingFocus(root, () => render(<App ui={ui} inline={false} slotted={!!inline} />, place));
    slot.draw(inline ? <App ui={ui} inline slotted /> : null);
  };
  const perform = (effect: Effect) => {
    switch (effect.do) {
      case "dispatch":
        return dispatch(effect.event);
      case "keep_draft":
        return stage.keepDraft(effect.text && mark(state.session) + effect.text);
      case "emit":
        return stage.emit(effect.name, effect.detail);
      case "focus":
        return focus(root, effect);
      case "upload":
        return sender.send(effect.upload, state.session.token);
      case "hush":
        clearTimeout(hush);
        hush = setTimeout(() => act({ type: "hushed" }), hush_ms);
        return;
      case "go":
        return location.assign(effect.url);
    }
  };
  const act = (event: Event) => {
    const [next, effects] = step(state, event);
    state = next;
    draw();
    effects.forEach(perform);
  };
  const sender = makeSender(host, (event) => act(event));
  const onVisible = () => act({ type: "seen", visible: document.visibilityState === "visible" });
  // The on-screen keyboard of a phone shrinks what can be seen, not the page, and some browsers push it up on top of that.
  // Whoever has zoomed in moves about in a window that stands still.
  const seen = window.visualViewport;
  const onSeen = () => {
    if (seen && seen.scale <= 1)
      viewport.replaceSync(
        `:host{--seen:${Math.round(seen.height)}px;--seen-from:${Math.round(seen.offsetTop)}px}`,
      );
  };
  loadTexts(language, host, (come) => {
    texts = come;
    draw();
  });
  document.addEventListener("visibilitychange", onVisible);
  seen?.addEventListener("resize", onSeen);
  seen?.addEventListener("scroll", onSeen);
  onSeen();

  return {
    update: (session) => {
      // What another person began to write in this tab is not shown.
      if (session.token) {
        if (draft && draft.startsWith(mark(session))) state = { ...state, draft: draft.slice(mark_chars) };
        draft = "";
      }
      act({ type: "shared", session });
    },
    remove: () => {
      document.removeEventListener("visibilitychange", onVisible);
      seen?.removeEventListener("resize", onSeen);
      seen?.removeEventListener("scroll", onSeen);
      clearTimeout(hush);
      sender.send(undefined, "");
      slot.draw(null);
      render(null, place);
    },
  };
}

const brain: Brain = { newSession, step: stepSession, kept, held, look, mount };
const script = document.currentScript as BundleScript<Brain> | null;
if (script && script.beckon) script.beckon(brain);
