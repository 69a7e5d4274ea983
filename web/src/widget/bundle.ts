/**
 * How the loader and the chat bundle meet. The loader lays a function on the script element, the bundle calls it with its
 * brain: the session's steps, and the views. Until then the loader keeps what happens, for the brain to catch up on.
 */
import type { Styling, VisitorFrame } from "../api/wire";
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

/** What the loader gives to the views. */
export interface Stage {
  root: ShadowRoot;
  tab: number;
  /** BCP 47 tag of the page or the browser. */
  language: string;
  dispatch(event: SessionEvent): void;
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

export interface BrainScript extends HTMLScriptElement {
  beckon?: (brain: Brain) => void;
}
