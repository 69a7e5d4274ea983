/**
 * One session for all tabs: the leading tab steps it, talks to the server and tells the others; they send their events
 * to the leader and show what it says. Owns who does what; draws nothing.
 */
import type { Introduction, Signals, VisitorFrame } from "../../api/wire";
import type { Brain, Look } from "../bundle";
import type { Kept, Session, SessionEvent } from "../session";
import { earlyLook, firstLook, isWelcome, keepEarly } from "./early";
import type { Keep } from "./keep";
import { quietly } from "./quietly";
import { joinTabs, type Tabs } from "./tabs";
import type { View } from "./tracker";
import { startTransport, type Transport } from "./transport";

/** What one tab tells the others. */
type Word =
  | { is: "leading" }
  | { is: "here"; view: View }
  | { is: "shared"; token: string; look: Look; signals?: Signals; session?: Session; done?: number }
  | { is: "event"; id: number; event: SessionEvent }
  | { is: "frame"; frame: VisitorFrame }
  | { is: "beat" }
  | { is: "alive" }
  | { is: "forgotten"; off: boolean };

export interface Share {
  dispatch(event: SessionEvent): void;
  /** Sends what was observed, by way of the leading tab. */
  track(frame: VisitorFrame): void;
  /** The chat bundle has come: it catches up on what happened meanwhile. */
  think(brain: Brain): void;
  enter(): void;
  /** Tells the other tabs that the visitor is forgotten; with `off` because they no longer agree. */
  forget(off: boolean): void;
  /** Leaves the connection to another tab; `last` is the frame that ends the view. */
  leave(last: VisitorFrame): void;
}

interface Owner {
  site: string;
  host: string;
  language: string;
  keep: Keep;
  view(): View;
  /** Tells the page's own listeners. */
  emit(name: string, detail: unknown): void;
  /** Called with every change; a session is there once some tab has had the chat bundle. */
  show(look: Look, session: Session | undefined): void;
  /** Called with what the site's rules ask for. */
  want(signals: Signals): void;
  /** Another tab has forgotten the visitor. */
  forgotten(off: boolean): void;
}

/** What of `Temporal` is needed here, where the browser has it. */
type Clock = { Now?: { timeZoneId?(): string } };

const tick_ms = 1_000;
const silent_max = 5;
const undone_max = 50;
/** One frame takes 32 KB: of very many tabs with very long addresses not all are told. */
const pages_chars_max = 20_000;

export function shareSession(owner: Owner): Share {
  let before: Partial<Kept> = owner.keep.read<Kept>("") || {};
  let token = before.token || "";
  let chat_before = before.chat;
  let identity: Introduction | undefined;
  let look = firstLook(before);
  let signals: Signals | undefined;
  let brain: Brain | undefined;
  let session: Session | undefined;
  let early: SessionEvent[] = [];
  let tabs: Tabs<Word>;
  let transport: Transport | undefined;
  let leading = false;
  /** What was observed before it is known which tab leads. */
  let early_frames: VisitorFrame[] | undefined = [];
  let views = new Map<number, View>();
  let undone: { id: number; event: SessionEvent }[] = [];
  let timer: ReturnType<typeof setInterval>;
  let silent = 0;

  const tell = (done?: number) => {
    tabs.post({ is: "shared", token, look, signals, session, done });
    show();
  };
  const show = () => {
    if (signals) owner.want(signals);
    owner.show(look, session);
  };
  const run = (event: SessionEvent, done?: number) => {
    const was = session;
    const frames = brain ? stepBy(brain, event) : wait(event);
    if (session !== was || done || !brain) tell(done);
    for (const frame of frames) if (transport) transport.send(frame);
  };
  const stepBy = (by: Brain, event: SessionEvent) => {
    const now = session || by.newSession({ ...before, token });
    const [next, frames] = by.step(now, event);
    if (next !== session) {
      session = next;
      token = next.token;
      look = by.look(next);
      owner.keep.write("", by.kept(next));
    }
    return frames;
  };
  const wait = (event: SessionEvent): VisitorFrame[] => {
    look = earlyLook(look, event);
    early = keepEarly(early, event);
    if (isWelcome(event)) {
      // Another person's browser now: nothing of the first one's stays.
      const mine = event.notice.token;
      if (token !== mine) before = {};
      token = mine;
      owner.keep.write("", { ...before, token });
    }
    return [];
  };
  const carry = (frame: VisitorFrame) => {
    if (frame.type === "identify") identity = frame;
    if (frame.type === "page") views.set(frame.tab, frame);
    if (frame.type === "leave") views.delete(frame.tab);
    if (transport) transport.send(frame);
  };
  const hello = (): VisitorFrame => {
    const chat = session && session.chat ? session.chat.id : chat_before;
    const { Now } = (window as { Temporal?: Clock }).Temporal || {};
    let left = pages_chars_max;
    return {
      type: "hello",
      v: 1,
      site: owner.site,
      token: token || undefined,
      // What the visitor reads, whatever the page is written in.
      language: navigator.language,
      widget_language: owner.language,
      // Intl would first make a format of dates, at a greater cost to the page than all else here.
      time_zone: Now && Now.timeZoneId ? Now.timeZoneId() : Intl.DateTimeFormat().resolvedOptions().timeZone,
      identity,
      chat: chat ? { id: chat, after: brain && session ? brain.held(session) : 0 } : undefined,
      pages: [...views.values()].filter((view) => {
        left -= JSON.stringify(view).length;
        return left > 0;
      }),
    };
  };
  const connect = () => {
    if (transport) return;
    transport = startTransport({
      host: owner.host,
      hello,
      hear: (notice) => {
        if (notice.type === "welcome") chat_before = "";
        if (/^id/.test(notice.type)) return owner.emit("identify", notice);
        if ("signals" in notice) {
          signals = notice.signals;
          tell();
          if (notice.type === "signals") return;
        }
        run({ type: "noticed", notice, now: Date.now() });
      },
      down: () => run({ type: "disconnected" }),
      forgetToken: () => {
        const known = !!token;
        token = "";
        session = brain && brain.newSession();
        return known;
      },
      urgent: () => !!session && !!session.chat && session.chat.state !== "ended",
    });
    for (const u of undone.splice(0)) run(u.event);
  };
  const pass = (frame: VisitorFrame) => {
    // Should this tab come to lead, it says so in its hello.
    if (frame.type === "identify") identity = frame;
    if (leading) carry(frame);
    else if (early_frames) early_frames = [...early_frames, frame].slice(-undone_max);
    else tabs.post({ is: "frame", frame });
  };
  const passEarly = () => {
    const waiting = early_frames || [];
    early_frames = undefined;
    for (const frame of waiting) pass(frame);
  };
  const lead = () => {
    leading = true;
    views = new Map([[owner.view().tab, owner.view()]]);
    tabs.post({ is: "leading" });
    connect();
    passEarly();
  };
  const follow = (last?: VisitorFrame) => {
    leading = false;
    if (transport) transport.stop(last);
    transport = undefined;
  };
  const hear = (word: Word) => {
    silent = 0;
    if (word.is === "shared") {
      undone = undone.filter((u) => u.id !== word.done);
      if (leading) return;
      ({ token, look, signals, session } = word);
      show();
      passEarly();
    } else if (word.is === "forgotten") owner.forgotten(word.off);
    else if (word.is === "leading") {
      tabs.post({ is: "here", view: owner.view() });
      for (const event of undone) tabs.post({ is: "event", ...event });
    } else if (!leading) return;
    else if (word.is === "event") run(word.event, word.id);
    else if (word.is === "frame") carry(word.frame);
    else if (word.is === "beat") {
      if (transport) transport.beat();
      tabs.post({ is: "alive" });
    } else if (word.is === "here") {
      carry({ type: "page", ...word.view });
      tell();
    }
  };
  /** Browsers slow the timers of hidden tabs down, so the visible ones keep time for a leader, and replace one that sleeps. */
  const tick = () => {
    if (!leading) {
      if (document.hidden) silent = 0;
      else if (silent++ < silent_max) tabs.post({ is: "beat" });
      else tabs.take();
      return;
    }
    if (transport) transport.beat();
    if (session) run({ type: "ticked", now: Date.now() });
  };

  return {
    dispatch: (event) => {
      if (leading) return run(event);
      const sent = { id: Math.random(), event };
      undone = [...undone, sent].slice(-undone_max);
      tabs.post({ is: "event", ...sent });
    },
    track: pass,
    think: (come) => {
      brain = come;
      if (leading) for (const event of early.splice(0)) run(event);
      else show();
    },
    enter() {
      tabs = joinTabs<Word>(`beckon:${owner.site}`, {
        lead,
        follow,
        hear: (word) => quietly(() => hear(word)),
      });
      tabs.post({ is: "here", view: owner.view() });
      timer = setInterval(() => quietly(tick), tick_ms);
    },
    forget: (off) => tabs.post({ is: "forgotten", off }),
    leave: (last) => {
      clearInterval(timer);
      if (!leading) tabs.post({ is: "frame", frame: last });
      follow(last);
      tabs.leave();
    },
  };
}
