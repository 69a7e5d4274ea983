/** Owns the live state that is not a resource of the server: connection, own status, outbox, who is typing, what was read. */
import type { Standing } from "../../api/wire";
import type { ReadAlong } from "./along";
import type { OutboxEntry } from "./outbox";
import type { Upload } from "./uploads";

export type Connection =
  | { state: "connecting" }
  | { state: "open" }
  | { state: "waiting"; retry_at: number }
  /** The server will not have this connection; `code` is the close code. */
  | { state: "refused"; code: number };

export interface Writing {
  name: string;
  /** The time until which they count as writing. */
  until: number;
}

export interface LiveState {
  connection: Connection;
  standing: Standing | null;
  slots: number | null;
  outbox: OutboxEntry[];
  uploads: Upload[];
  /** Chat id to the time until which its visitor counts as typing. */
  typing: Record<string, number>;
  /** Chat id to who else of the team writes to its visitor. */
  writing: Record<string, Writing>;
  read_along: ReadAlong;
}

export interface LiveStore {
  read(): LiveState;
  update(change: Partial<LiveState>): void;
  subscribe(listener: () => void): () => void;
}

export function createLiveStore(outbox: OutboxEntry[], read_along: ReadAlong): LiveStore {
  let state: LiveState = {
    connection: { state: "connecting" },
    standing: null,
    slots: null,
    outbox,
    uploads: [],
    typing: {},
    writing: {},
    read_along,
  };
  const listeners = new Set<() => void>();
  return {
    read: () => state,
    update(change) {
      state = { ...state, ...change };
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
