/**
 * Owns what an agent has begun to write, one draft a chat: in this browser at once, on the server soon after, under a
 * version so that a late write never takes the place of a newer one. Draws nothing; who stores and sends is handed in.
 */

/** A draft as the server has it. */
export interface StoredDraft {
  text: string;
  version: number;
}

export interface DraftView {
  text: string;
  /** Another browser wrote something else meanwhile; the agent decides. */
  conflict: string | null;
}

export interface DraftParts {
  find(chat: string): Promise<StoredDraft>;
  /** Fails with `"stale"` as its reason when the version is not the present one, with `"final"` when trying again is in vain. */
  keep(chat: string, draft: StoredDraft): Promise<StoredDraft>;
  /** Hands a draft over without waiting for an answer: the page is going away. */
  hand(chat: string, draft: StoredDraft): void;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  /** Begins the names under which this browser keeps drafts. */
  prefix: string;
}

export class KeepFailure extends Error {
  constructor(readonly reason: "stale" | "final" | "later") {
    super(`the draft was not kept: ${reason}`);
    this.name = "KeepFailure";
  }
}

export interface DraftKeeper {
  read(chat: string): DraftView;
  change(chat: string, text: string): void;
  /** The draft went out as a message. */
  sent(chat: string): void;
  /** Takes what the server has, unless something newer was written here. */
  load(chat: string): Promise<void>;
  /** Takes drafts that the server listed. */
  take(chat: string, stored: StoredDraft): void;
  /** Decides a conflict. */
  decide(chat: string, keep: "mine" | "theirs"): void;
  /** Hands over what the server does not have yet. */
  flush(): void;
  subscribe(listener: () => void): () => void;
  close(): void;
}

interface Entry {
  view: DraftView;
  /** What the server has, as far as known here. */
  saved: string;
  version: number;
  conflict: StoredDraft | null;
  /** The text that is on its way to the server. */
  under_way: string | null;
  failures: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  dirty_at: number;
}

const WAIT_MS = 600;
const WAIT_MS_MAX = 3_000;
const RETRY_MS_MAX = 30_000;

export function createDraftKeeper(parts: DraftParts): DraftKeeper {
  const entries = new Map<string, Entry>();
  const listeners = new Set<() => void>();
  let closed = false;

  function entryOf(chat: string): Entry {
    const held = entries.get(chat);
    if (held) return held;
    const local = parseLocal(parts.storage.getItem(parts.prefix + chat));
    const entry: Entry = {
      view: { text: local.text, conflict: null },
      saved: local.saved,
      version: local.version,
      conflict: null,
      under_way: null,
      failures: 0,
      timer: undefined,
      dirty_at: 0,
    };
    entries.set(chat, entry);
    return entry;
  }

  function show(chat: string, entry: Entry, text: string): void {
    entry.view = { text, conflict: entry.conflict?.text ?? null };
    remember(chat, entry);
    for (const listener of listeners) listener();
  }

  function remember(chat: string, entry: Entry): void {
    const { text } = entry.view;
    if (text === "" && entry.saved === "") parts.storage.removeItem(parts.prefix + chat);
    else {
      const local = { text, saved: entry.saved, version: entry.version };
      parts.storage.setItem(parts.prefix + chat, JSON.stringify(local));
    }
  }

  function schedule(chat: string, entry: Entry): void {
    clearTimeout(entry.timer);
    if (closed || entry.conflict) return;
    const now = Date.now();
    if (entry.dirty_at === 0) entry.dirty_at = now;
    const quiet_ms = Math.min(WAIT_MS, Math.max(0, entry.dirty_at + WAIT_MS_MAX - now));
    const retry_ms = entry.failures > 0 ? Math.min(RETRY_MS_MAX, 1_000 * 2 ** entry.failures) : 0;
    entry.timer = setTimeout(() => void push(chat, entry), Math.max(quiet_ms, retry_ms));
  }

  async function push(chat: string, entry: Entry): Promise<void> {
    clearTimeout(entry.timer);
    if (entry.under_way !== null || entry.conflict || entry.view.text === entry.saved) return;
    const { text } = entry.view;
    entry.under_way = text;
    entry.dirty_at = 0;
    try {
      const kept = await parts.keep(chat, { text, version: entry.version });
      entry.under_way = null;
      entry.failures = 0;
      entry.version = kept.version;
      entry.saved = text;
      remember(chat, entry);
      // What was sent meanwhile must not stand there as a draft again.
      if (entry.view.text === "") await push(chat, entry);
      else if (entry.view.text !== text) schedule(chat, entry);
    } catch (error) {
      entry.under_way = null;
      const reason = error instanceof KeepFailure ? error.reason : "later";
      if (reason === "stale") await load(chat).catch(() => again(chat, entry));
      else if (reason === "later") again(chat, entry);
    }
  }

  function again(chat: string, entry: Entry): void {
    entry.failures += 1;
    schedule(chat, entry);
  }

  async function load(chat: string): Promise<void> {
    take(chat, await parts.find(chat));
  }

  function take(chat: string, stored: StoredDraft): void {
    const entry = entryOf(chat);
    if (entry.under_way !== null || stored.version < entry.version) return;
    const { text } = entry.view;
    const clean = text === entry.saved;
    const same = [text, entry.saved, ""].includes(stored.text);
    if (clean || same) {
      entry.conflict = null;
      entry.version = stored.version;
      entry.saved = stored.text;
      show(chat, entry, clean ? stored.text : text);
      if (!clean) schedule(chat, entry);
    } else {
      entry.conflict = stored;
      clearTimeout(entry.timer);
      show(chat, entry, text);
    }
  }

  return {
    read: (chat) => entryOf(chat).view,
    change(chat, text) {
      const entry = entryOf(chat);
      show(chat, entry, text);
      if (text !== entry.saved) schedule(chat, entry);
    },
    sent(chat) {
      const entry = entryOf(chat);
      show(chat, entry, "");
      void push(chat, entry);
    },
    load,
    take,
    decide(chat, keep) {
      const entry = entryOf(chat);
      const theirs = entry.conflict;
      if (!theirs) return;
      entry.conflict = null;
      entry.version = theirs.version;
      entry.saved = theirs.text;
      show(chat, entry, keep === "theirs" ? theirs.text : entry.view.text);
      void push(chat, entry);
    },
    flush() {
      for (const [chat, entry] of entries) {
        const { text } = entry.view;
        const { under_way } = entry;
        if ((under_way === null && text === entry.saved) || entry.conflict) continue;
        // What is under way arrives first; the same once more is no other change.
        const is_next = under_way !== null && under_way !== text;
        parts.hand(chat, { text, version: entry.version + (is_next ? 1 : 0) });
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closed = true;
      for (const entry of entries.values()) clearTimeout(entry.timer);
    },
  };
}

/** What this browser keeps of a draft; nothing when it cannot be read. */
export function parseLocal(text: string | null): StoredDraft & { saved: string } {
  const none = { text: "", saved: "", version: 0 };
  if (text === null) return none;
  try {
    const found = JSON.parse(text) as Record<string, unknown>;
    const fits =
      typeof found.text === "string" && typeof found.saved === "string" && typeof found.version === "number";
    return fits ? (found as unknown as StoredDraft & { saved: string }) : none;
  } catch {
    return none;
  }
}
