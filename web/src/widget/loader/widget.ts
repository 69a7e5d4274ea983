/** Puts the parts together for one site on one page. Owns when the other bundles are loaded. */
import type { Signals, VisitorFrame } from "../../api/wire";
import type { Brain, Launcher, LauncherPlace, Look, Report, StartReport, Views } from "../bundle";
import type { Session, SessionEvent } from "../session";
import { openKeeps } from "./keep";
import { quietly } from "./quietly";
import { loadBundle } from "./script";
import { type Share, shareSession } from "./share";
import { startTracker } from "./tracker";

export interface Widget {
  tab: number;
  dispatch(event: SessionEvent): void;
  track(frame: VisitorFrame): void;
  /** Sets attributes, with whatever the page gives for them. */
  set(given: unknown): void;
  /** The page has changed its address. */
  routed(): void;
  stop(): void;
  /** Ends what is under way, stops, and forgets who the visitor was; `off` when they no longer agree. */
  forget(off: boolean): void;
}

export interface Options {
  site: string;
  host: string;
  /** What the visitor agrees to: `full` is to be known again in later visits. */
  consent: string | undefined;
  emit(name: string, detail: unknown): void;
  /** Another tab has forgotten the visitor. */
  forgotten(off: boolean): void;
}

export function startWidget({ site, host, consent, emit, forgotten }: Options): Widget {
  const language = document.documentElement.lang || navigator.language || "en";
  const [lasting, page] = openKeeps(site);
  const [keep, other] = consent === "full" ? [lasting, page] : [page, lasting];
  // What was kept under another consent moves with it.
  const kept = other.read("");
  if (kept && !keep.read("")) keep.write("", kept);
  other.remove("");
  // Taken away while the page lives: a duplicated tab must not believe that it is this one.
  const tab = page.read<number>(":tab") || Math.ceil(Math.random() * 2 ** 31);
  page.remove(":tab");

  let brain: Brain | undefined;
  let views: Views | undefined;
  let report: Report | undefined;
  let launcher: Launcher | undefined;
  let looked: Look | undefined;
  let owed: ((report: Report) => void)[] = [];
  const life = new AbortController();
  const { signal } = life;
  let share: Share;

  // Each tab counts for itself: what tabs share, two of them may read at once.
  let view = 0;
  const nextView = () => {
    view = Math.max(view, page.read<number>(":view") || 0) + 1;
    page.write(":view", view);
    return view;
  };
  const dispatch = (event: SessionEvent) => quietly(() => share.dispatch(event));
  const element = document.createElement("beckon-chat");
  const place: LauncherPlace = {
    host,
    root: element.attachShadow({ mode: "closed" }),
    tab,
    language,
    dispatch,
  };
  /** Pages that replace their body take the launcher away with it. */
  const stay = () => {
    if ((launcher || views) && looked && looked.styling && !element.isConnected)
      document.body.append(element);
  };
  const track = (frame: VisitorFrame) => {
    stay();
    share.track(frame);
  };
  const load = () => {
    // Catching up shows the session, which asks for the bundle again.
    if (brain) return;
    loadBundle<Brain>(`${host}/beckon-chat.js`, CHAT_HASH, (come) => {
      brain = come;
      if (!signal.aborted) share.think(come);
    });
  };
  element.addEventListener("pointerover", () => quietly(load), { once: true });
  const tracker = startTracker(tab, nextView, signal);

  const reporting = (act: (report: Report) => void) => {
    if (report) {
      act(report);
      return;
    }
    owed = [...owed, act].slice(-20);
    loadBundle<StartReport>(`${host}/beckon-track.js`, TRACK_HASH, (start) => {
      if (signal.aborted) return;
      report = start(tab, track);
      for (const act of owed.splice(0)) quietly(() => report && act(report));
    });
  };
  /** Forms are reported once one is in use. */
  const used = (type: string, target: EventTarget | null) => {
    if (report || type === "submit" || (target && (target as HTMLInputElement).form))
      reporting((report) => report.form(type, target));
  };
  for (const type of ["focusin", "input", "submit"])
    document.addEventListener(type, ({ target }) => quietly(() => used(type, target)), {
      capture: true,
      signal,
    });
  used("focusin", document.activeElement);

  const draw = () => {
    if (!launcher)
      loadBundle<(place: LauncherPlace) => Launcher>(`${host}/beckon-launcher.js`, LAUNCHER_HASH, (make) => {
        if (signal.aborted) return;
        launcher = make(place);
        draw();
      });
    // The launcher stays until there is a window to stand in its place.
    else if (looked) launcher(views || looked.window !== "open" ? looked : { ...looked, window: "closed" });
    stay();
  };
  const show = (look: Look, session: Session | undefined) => {
    looked = look;
    if (look.styling && look.busy) load();
    if (look.styling && session && brain && !views)
      views = brain.mount({
        ...place,
        emit,
        readDraft: () => page.read<string>(":draft") || "",
        keepDraft: (text) => page.write(":draft", text),
      });
    draw();
    if (views && session) views.update(session);
  };
  let wanted = "";
  const want = (signals: Signals) => {
    const now = JSON.stringify(signals);
    if (now === wanted) return;
    wanted = now;
    if (report || /\d|true/.test(now)) reporting((report) => report.want(signals));
  };
  draw();
  share = shareSession({
    site,
    host,
    language,
    keep,
    emit,
    view: tracker.view,
    show,
    want,
    forgotten,
  });

  const onHide = () => {
    page.write(":tab", tab);
    share.leave(tracker.leaving());
  };
  const begin = () => {
    tracker.begin();
    if (report) report.viewed();
  };
  const onShow = (event: PageTransitionEvent) => {
    if (!event.persisted) return;
    page.remove(":tab");
    begin();
    share.enter();
  };
  addEventListener("pagehide", onHide, { signal });
  addEventListener("pageshow", onShow, { signal });
  share.enter();

  const stop = () => {
    life.abort();
    share.leave(tracker.leaving());
    if (report) report.stop();
    if (views) views.remove();
    element.remove();
  };
  return {
    tab,
    dispatch,
    track,
    set: (given) => reporting((report) => report.set(given)),
    routed: () => {
      track(tracker.leaving());
      begin();
      track({ type: "page", ...tracker.view() });
    },
    stop,
    forget: (off) => {
      share.dispatch({ type: "left", now: Date.now() });
      if (off) share.track({ type: "consent", given: false });
      share.forget(off);
      stop();
    },
  };
}
