/** How the loader and the chat bundle meet: the loader lays a function on the script element, the bundle calls it. */
import type { Session, SessionEvent } from "./session";

/** What the loader gives to the chat. */
export interface Stage {
  root: ShadowRoot;
  tab: number;
  session: Session;
  /** BCP 47 tag of the page or the browser. */
  language: string;
  dispatch(event: SessionEvent): void;
  readDraft(): string;
  keepDraft(text: string): void;
}

/** What the chat gives back: called with every new session. */
export type Chat = { update(session: Session): void; remove(): void };
export type MountChat = (stage: Stage) => Chat;

export interface ChatScript extends HTMLScriptElement {
  beckon?: (mount: MountChat) => void;
}
