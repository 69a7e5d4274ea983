/** Puts the parts together for one site on one page. Owns when the chat bundle is loaded and what the page is told. */
import type { VisitorFrame } from "../../api/wire";
import type { Chat, ChatScript } from "../bundle";
import type { Session, SessionEvent } from "../session";
import { openKeep } from "./keep";
import { makeLauncher } from "./launcher";
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

const reload_ms = 5_000;

export function startWidget({ site, host, consent, emit }: Options): Widget {
  const language = document.documentElement.lang || navigator.language || "en";
  const prefix = `beckon:${site}`;
  const keep = openKeep(() => (consent === "full" ? localStorage : sessionStorage), prefix);
  const page = openKeep(() => sessionStorage, prefix);
  // Taken away while the page lives: a duplicated tab must not believe that it is this one.
  const tab = page.read<number>(":tab") || Math.ceil(Math.random() * 2 ** 31);
  page.remove(":tab");

  let shown: Session | undefined;
  let chat: Chat | undefined;
  let loading = false;
  let share: Share;

  const nextView = () => {
    const view = (keep.read<number>(":view") || 0) + 1;
    keep.write(":view", view);
    return view;
  };
  const dispatch = (event: SessionEvent) => share.dispatch(event);
  const track = (frame: VisitorFrame) => share.track(frame);
  const launcher = makeLauncher(language, tab, dispatch);
  const tracker = startTracker(tab, nextView, track);

  const loadChat = () => {
    if (loading) return;
    loading = true;
    const element: ChatScript = document.createElement("script");
    element.src = `${host}/beckon-chat.js?v=${CHAT_VERSION}`;
    element.beckon = (mount) => {
      chat = mount({
        root: launcher.root,
        tab,
        session: shown as Session,
        language,
        dispatch,
        readDraft: () => page.read<string>(":draft") || "",
        keepDraft: (text) => page.write(":draft", text),
      });
    };
    element.onload = () => element.remove();
    element.onerror = () => {
      element.remove();
      setTimeout(() => {
        loading = false;
      }, reload_ms);
    };
    document.head.append(element);
  };
  const show = (session: Session) => {
    const before = shown;
    shown = session;
    launcher.draw(session);
    if (!session.styling) return;
    if (chat) chat.update(session);
    else if (session.offer || session.chat || session.window === "open") loadChat();
    tell(emit, before, session);
  };
  share = shareSession({ site, host, language, keep, view: tracker.view, show });

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
    if (chat) chat.remove();
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

function tell(emit: Options["emit"], before: Session | undefined, after: Session) {
  if (after.offer && (!before || !before.offer || before.offer.id !== after.offer.id))
    emit("offer", { id: after.offer.id });
  const was_open = !!before && before.window === "open";
  if (was_open !== (after.window === "open")) emit(was_open ? "close" : "open", {});
  if (before && before.chat && before.chat === after.chat) return;
  const state = after.chat ? after.chat.state : "";
  if (state && (!before || !before.chat || before.chat.state !== state)) emit("chat", { state });
}
