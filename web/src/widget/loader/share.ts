/**
 * One session for all tabs: the leading tab steps it, talks to the server and tells the others; they send their events
 * to the leader and show what it says. Owns who does what; draws nothing.
 */
import type { VisitorFrame } from "../../api/wire";
import { held, type Kept, kept, newSession, running, type Session, type SessionEvent, step } from "../session";
import type { Keep } from "./keep";
import { joinTabs, type Tabs } from "./tabs";
import type { View } from "./tracker";
import { startTransport, type Transport } from "./transport";

/** What one tab tells the others. */
type Word =
  | { is: "leading" }
  | { is: "here"; view: View }
  | { is: "session"; session: Session; done?: number }
  | { is: "event"; id: number; event: SessionEvent }
  | { is: "frame"; frame: VisitorFrame }
  | { is: "beat" };

export interface Share {
  dispatch(event: SessionEvent): void;
  /** Sends what was observed, by way of the leading tab. */
  track(frame: VisitorFrame): void;
  enter(): void;
  /** Leaves the connection to another tab; `last` is the frame that ends the view. */
  leave(last: VisitorFrame): void;
}

interface Owner {
  site: string;
  host: string;
  language: string;
  keep: Keep;
  view(): View;
  show(session: Session): void;
}

/** Time for the other tabs to say which page they show, before the first frame tells the server. */
const gather_ms = 30;
const tick_ms = 1_000;
const undone_max = 50;

export function shareSession(owner: Owner): Share {
  const remembered = owner.keep.read<Kept>("") || undefined;
  let chat_before = remembered && remembered.chat;
  let session = newSession(remembered);
  let tabs: Tabs<Word>;
  let transport: Transport | undefined;
  let leading = false;
  let views = new Map<number, View>();
  let undone: { id: number; event: SessionEvent }[] = [];
  let timer: ReturnType<typeof setInterval>;

  const take = (next: Session) => {
    session = next;
    owner.show(session);
  };
  const run = (event: SessionEvent, done?: number) => {
    const [next, frames] = step(session, event);
    if (next !== session || done) tabs.post({ is: "session", session: next, done });
    if (next !== session) {
      owner.keep.write("", kept(next));
      take(next);
    }
    for (const frame of frames) if (transport) transport.send(frame);
  };
  const carry = (frame: VisitorFrame) => {
    if (frame.type === "page") views.set(frame.tab, frame);
    if (frame.type === "leave") views.delete(frame.tab);
    if (transport) transport.send(frame);
  };
  const hello = (): VisitorFrame => ({
    type: "hello",
    v: 1,
    site: owner.site,
    token: session.token || undefined,
    language: owner.language,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
    chat: session.chat
      ? { id: session.chat.id, after: held(session) }
      : chat_before
        ? { id: chat_before, after: 0 }
        : undefined,
    pages: Array.from(views.values(), ({ tab, view, url, title, referrer }) => ({
      tab,
      view,
      url,
      title,
      referrer,
    })),
  });
  const connect = () => {
    if (!leading || transport) return;
    transport = startTransport({
      host: owner.host,
      hello,
      hear: (notice) => {
        if (notice.type === "welcome") chat_before = "";
        run({ type: "noticed", notice, now: Date.now() });
      },
      down: () => run({ type: "disconnected" }),
      forgetToken: () => {
        const known = !!session.token;
        take(newSession());
        return known;
      },
      urgent: () => !!running(session),
    });
    for (const { event } of undone.splice(0)) run(event);
  };
  const lead = () => {
    leading = true;
    views = new Map([[owner.view().tab, owner.view()]]);
    tabs.post({ is: "leading" });
    setTimeout(connect, gather_ms);
  };
  const follow = (last?: VisitorFrame) => {
    leading = false;
    if (transport) transport.stop(last);
    transport = undefined;
  };
  const hear = (word: Word) => {
    if (word.is === "session") {
      undone = undone.filter((u) => u.id !== word.done);
      if (!leading) take(word.session);
    } else if (word.is === "leading") {
      tabs.post({ is: "here", view: owner.view() });
      for (const event of undone) tabs.post({ is: "event", ...event });
    } else if (!leading) return;
    else if (word.is === "event") run(word.event, word.id);
    else if (word.is === "frame") carry(word.frame);
    else if (word.is === "beat") transport && transport.beat();
    else {
      carry({ type: "page", ...word.view });
      tabs.post({ is: "session", session });
    }
  };
  /** Browsers slow the timers of hidden tabs down, so the visible ones keep time for the leader. */
  const tick = () => {
    if (!leading) return document.hidden || tabs.post({ is: "beat" });
    if (transport) transport.beat();
    run({ type: "ticked", now: Date.now() });
  };

  return {
    dispatch: (event) => {
      if (leading) return run(event);
      const sent = { id: Math.random(), event };
      undone = [...undone, sent].slice(-undone_max);
      tabs.post({ is: "event", ...sent });
    },
    track: (frame) => (leading ? carry(frame) : tabs.post({ is: "frame", frame })),
    enter: () => {
      tabs = joinTabs<Word>(`beckon:${owner.site}`, { lead, follow, hear });
      tabs.post({ is: "here", view: owner.view() });
      timer = setInterval(tick, tick_ms);
    },
    leave: (last) => {
      clearInterval(timer);
      if (!leading) tabs.post({ is: "frame", frame: last });
      follow(last);
      tabs.leave();
    },
  };
}
