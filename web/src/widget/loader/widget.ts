/** Puts the parts together for one site on one page. Owns when the chat bundle is loaded. */
import type { VisitorFrame } from "../../api/wire";
import type { Brain, BrainScript, Look, Views } from "../bundle";
import type { Session, SessionEvent } from "../session";
import { openKeep } from "./keep";
import { makeLauncher } from "./launcher";
import { quietly } from "./quietly";
import { type Share, shareSession } from "./share";
import { startTracker } from "./tracker";

export interface Widget {
  tab: number;
  dispatch(event: SessionEvent): void;
  track(frame: VisitorFrame): void;
  stop(): void;
  /** Stops, and forgets who the visitor was. */
  forget(): void;
}

export interface Options {
  site: string;
  host: string;
  consent: "session" | "full";
  emit(name: string, detail: unknown): void;
}

type Policy = { createScriptURL(url: string): string };

const load_again_ms = 5_000;

export function startWidget({ site, host, consent, emit }: Options): Widget {
  const language = document.documentElement.lang || navigator.language || "en";
  const prefix = `beckon:${site}`;
  const keep = openKeep(() => (consent === "full" ? localStorage : sessionStorage), prefix);
  const page = openKeep(() => sessionStorage, prefix);
  // Taken away while the page lives: a duplicated tab must not believe that it is this one.
  const tab = page.read<number>(":tab") || Math.ceil(Math.random() * 2 ** 31);
  page.remove(":tab");

  let brain: Brain | undefined;
  let views: Views | undefined;
  let loading = false;
  let share: Share;

  const nextView = () => {
    const view = (keep.read<number>(":view") || 0) + 1;
    keep.write(":view", view);
    return view;
  };
  const dispatch = (event: SessionEvent) => quietly(() => share.dispatch(event));
  const launcher = makeLauncher(language, dispatch, tab);
  const track = (frame: VisitorFrame) => {
    launcher.stay();
    share.track(frame);
  };
  launcher.host.addEventListener("pointerover", () => quietly(load), { once: true });
  const tracker = startTracker(tab, nextView, track);

  const load = () => {
    if (loading) return;
    loading = true;
    const script: BrainScript = document.createElement("script");
    script.src = trusted(`${host}/beckon-chat.js?v=${CHAT_VERSION}`);
    script.beckon = (come) => {
      brain = come;
      share.think(come);
    };
    script.onload = () => script.remove();
    script.onerror = () => {
      script.remove();
      setTimeout(() => {
        loading = false;
      }, load_again_ms);
    };
    document.head.append(script);
  };
  const mount = () =>
    brain &&
    brain.mount({
      root: launcher.root,
      tab,
      language,
      dispatch,
      emit,
      readDraft: () => page.read<string>(":draft") || "",
      keepDraft: (text) => page.write(":draft", text),
    });
  const show = (look: Look, session: Session | undefined) => {
    if (look.styling && look.busy) load();
    if (look.styling && session && !views) views = mount();
    // The launcher stays until there is a window to stand in its place.
    launcher.draw(views || look.window !== "open" ? look : { ...look, window: "closed" });
    if (views && session) views.update(session);
  };
  share = shareSession({ site, host, language, keep, emit, view: tracker.view, show });

  const onHide = () => {
    page.write(":tab", tab);
    share.leave(tracker.leaving());
  };
  const onShow = (event: PageTransitionEvent) => {
    if (!event.persisted) return;
    page.remove(":tab");
    tracker.renew();
    share.enter();
  };
  addEventListener("pagehide", onHide);
  addEventListener("pageshow", onShow);
  share.enter();

  const stop = () => {
    removeEventListener("pagehide", onHide);
    removeEventListener("pageshow", onShow);
    share.leave(tracker.leaving());
    tracker.stop();
    if (views) views.remove();
    launcher.host.remove();
  };
  return {
    tab,
    dispatch,
    track,
    stop,
    forget: () => {
      stop();
      for (const name of ["", ":view"]) keep.remove(name);
      page.remove(":draft");
    },
  };
}

/** Pages that require Trusted Types let a script's address be set only by a policy; ours is named `beckon`. */
function trusted(url: string): string {
  const types = (window as { trustedTypes?: { createPolicy(name: string, rules: object): Policy } })
    .trustedTypes;
  return types
    ? types.createPolicy("beckon", { createScriptURL: (own: string) => own }).createScriptURL(url)
    : url;
}
