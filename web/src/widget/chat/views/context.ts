/** What every view may use: the state, the words, and the way to say what the visitor did. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { SessionEvent } from "../../session";
import type { Event, State } from "../state";
import type { Texts } from "../texts";

export interface Ui {
  state: State;
  t: Texts;
  language: string;
  /** Address of the server, where files are. */
  host: string;
  /** To this tab's state. */
  act(event: Event): void;
  /** To the session that all tabs share. */
  dispatch(event: SessionEvent): void;
}

export const UiContext = createContext<Ui>(null as unknown as Ui);

export function useUi(): Ui {
  return useContext(UiContext);
}
