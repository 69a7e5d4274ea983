/**
 * How the loader and its bundles meet. The loader lays a function on the script element, the bundle calls it with what
 * it has. Chat: the brain, which is the session's steps and the views; until then the loader keeps what happens, for the
 * brain to catch up on. Launcher: how to draw it. Track: the report of forms, signals and attributes. Offer preview: how to show an offer to
 * whoever has the link.
 */
import type { Signals, Styling, VisitorFrame } from "../api/wire";
import type { Kept, Session, SessionEvent } from "./session";

/** What the launcher shows. */
export interface Look {
  styling: Styling | null;
  window: Session["window"];
  unread: number;
  /** An offer is folded into the launcher. */
  folded: boolean;
  /** There is something that the views have to show. */
  busy: boolean;
}

/** Where the launcher stands. */
export interface LauncherPlace {
  root: ShadowRoot;
  /** Address of the server, without a path. */
  host: string;
  tab: number;
  /** BCP 47 tag of the page or the browser. */
  language: string;
  dispatch(event: SessionEvent): void;
}

/** Draws the launcher as it looks now. */
export type Launcher = (look: Look) => void;

/** What the loader gives to the views. */
export interface Stage extends LauncherPlace {
  emit(name: string, detail: unknown): void;
  readDraft(): string;
  keepDraft(text: string): void;
}

export interface Views {
  update(session: Session): void;
  remove(): void;
}

export interface Brain {
  newSession(kept?: Partial<Kept>): Session;
  step(session: Session, event: SessionEvent): [Session, VisitorFrame[]];
  kept(session: Session): Kept;
  held(session: Session): number;
  look(session: Session): Look;
  mount(stage: Stage): Views;
}

/** What the track bundle does on one page. */
export interface Report {
  /** What the site's rules ask for has become known, or has changed. */
  want(signals: Signals): void;
  /** Another view has begun. */
  viewed(): void;
  /** A form of the page was entered, typed into or submitted: `focusin`, `input` or `submit` at this target. */
  form(type: string, target: EventTarget | null): void;
  /** The page sets attributes, with whatever it takes for them. */
  set(given: unknown): void;
  stop(): void;
}

export type StartReport = (tab: number, send: (frame: VisitorFrame) => void) => Report;

/** What the loader gives to the page of a preview. */
export interface PreviewPlace {
  site: string;
  host: string;
  /** Of the link, which stands in the page's fragment. */
  token: string;
  load<T>(url: string, hash: string, take: (come: T) => void): void;
  /** There is no preview, or it has ended: the widget runs as for any visitor. */
  over(): void;
}

export type ShowPreview = (place: PreviewPlace) => void;

/** A bundle hands over what it has by calling the function that the loader laid on its script. */
export interface BundleScript<T> extends HTMLScriptElement {
  beckon?: (come: T) => void;
}
