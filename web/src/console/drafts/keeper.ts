/**
 * Owns what an agent has begun to write, one draft a chat: in this browser at once, on the server soon after, under a
 * version so that a late write never takes the place of a newer one. Draws nothing; who stores and sends is handed in.
 */

export type Audience = "all" | "staff";

export interface Writing {
  text: string;
  /** A note to the team stays one until the agent says otherwise. */
  audience: Audience;
}

/** A draft as the server has it. */
export interface StoredDraft extends Writing {
  version: number;
}

export interface DraftView extends Writing {
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
  change(chat: string, text: string, audience: Audience): void;
  /** The draft went out as a message, or was given up; `next`: whom the following one is for. */
  sent(chat: string, next: Audience): void;
  /** A message that was not taken is a draft again, before what was begun meanwhile. */
  giveBack(chat: string, message: Writing): void;
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
  saved: Writing;
  version: number;
  conflict: StoredDraft | null;
  /** What is on its way to the server. */
  under_way: Writing | null;
  failures: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  dirty_at: number;
  /** What the draft begins with because it was given back. */
  given_back: string;
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
      view: { text: local.text, audience: local.audience, conflict: null },
      saved: local.saved,
      version: local.version,
      conflict: null,
      under_way: null,
      failures: 0,
      timer: undefined,
      dirty_at: 0,
      given_back: "",
    };
    entries.set(chat, entry);
    return entry;
  }

  function show(chat: string, entry: Entry, { text, audience }: Writing): void {
    entry.view = { text, audience, conflict: entry.conflict?.text ?? null };
    remember(chat, entry);
    for (const listener of listeners) listener();
  }

  function remember(chat: string, entry: Entry): void {
    const { view, saved, version } = entry;
    if (view.text === "" && saved.text === "") parts.storage.removeItem(parts.prefix + chat);
    else {
      const local = { text: view.text, audience: view.audience, saved: saved.text, version };
      const kept = JSON.stringify({ ...local, saved_audience: saved.audience });
      parts.storage.setItem(parts.prefix + chat, kept);
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
    if (entry.under_way !== null || entry.conflict || isSame(entry.view, entry.saved)) return;
    const { text, audience } = entry.view;
    const sent = { text, audience };
    entry.under_way = sent;
    entry.dirty_at = 0;
    try {
      const kept = await parts.keep(chat, { ...sent, version: entry.version });
      entry.under_way = null;
      entry.failures = 0;
      entry.version = kept.version;
      entry.saved = sent;
      remember(chat, entry);
      // What was sent meanwhile must not stand there as a draft again.
      if (entry.view.text === "") await push(chat, entry);
      else if (!isSame(entry.view, sent)) schedule(chat, entry);
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
    const mine = entry.view;
    const clean = isSame(mine, entry.saved);
    const known = [mine, entry.saved].some((one) => isSame(one, stored));
    if (clean || known || stored.text === "" || stored.text === mine.text) {
      entry.conflict = null;
      entry.version = stored.version;
      entry.saved = { text: stored.text, audience: stored.audience };
      show(chat, entry, clean ? taken(stored, mine) : known ? mine : joined(mine, stored));
      if (!isSame(entry.view, entry.saved)) schedule(chat, entry);
    } else {
      entry.conflict = stored;
      clearTimeout(entry.timer);
      show(chat, entry, mine);
    }
  }

  return {
    read: (chat) => entryOf(chat).view,
    change(chat, text, audience) {
      const entry = entryOf(chat);
      show(chat, entry, { text, audience });
      if (!isSame(entry.view, entry.saved)) schedule(chat, entry);
    },
    sent(chat, next) {
      const entry = entryOf(chat);
      entry.given_back = "";
      show(chat, entry, { text: "", audience: next });
      void push(chat, entry);
    },
    giveBack(chat, message) {
      const entry = entryOf(chat);
      const { text, audience } = entry.view;
      const begins = `${text}\n`.startsWith(`${entry.given_back}\n`);
      const at = begins ? entry.given_back.length : 0;
      const back = [text.slice(0, at), message.text].filter(Boolean).join("\n");
      const rest = text.slice(at).replace(/^\n/, "");
      entry.given_back = back;
      // Together with a note it is one.
      const is_note = message.audience === "staff" || (text !== "" && audience === "staff");
      show(chat, entry, {
        text: rest === "" ? back : `${back}\n${rest}`,
        audience: is_note ? "staff" : "all",
      });
      schedule(chat, entry);
    },
    load,
    take,
    decide(chat, keep) {
      const entry = entryOf(chat);
      const theirs = entry.conflict;
      if (!theirs) return;
      entry.conflict = null;
      entry.version = theirs.version;
      entry.saved = { text: theirs.text, audience: theirs.audience };
      show(chat, entry, keep === "theirs" ? theirs : entry.view);
      void push(chat, entry);
    },
    flush() {
      for (const [chat, entry] of entries) {
        const { text, audience } = entry.view;
        const { under_way } = entry;
        if ((under_way === null && isSame(entry.view, entry.saved)) || entry.conflict) continue;
        // What is under way arrives first; the same once more is no other change.
        const is_next = under_way !== null && !isSame(under_way, entry.view);
        parts.hand(chat, { text, audience, version: entry.version + (is_next ? 1 : 0) });
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

/** Nothing is for nobody in particular. */
export function isSame(one: Writing, other: Writing): boolean {
  return one.text === other.text && (one.text === "" || one.audience === other.audience);
}

/** What the server has in place of what stands here; whom the next text is for stays when there is none. */
function taken(stored: Writing, mine: Writing): Writing {
  return stored.text === "" ? { text: "", audience: mine.audience } : stored;
}

/** The same text was written for the team and for everyone: it is a note. */
function joined(mine: Writing, stored: Writing): Writing {
  return stored.text === "" ? mine : { text: mine.text, audience: "staff" };
}

/** What this browser keeps of a draft; nothing when it cannot be read. */
export function parseLocal(text: string | null): StoredDraft & { saved: Writing } {
  const none: Writing = { text: "", audience: "all" };
  if (text === null) return { ...none, saved: none, version: 0 };
  try {
    const found = JSON.parse(text) as Record<string, unknown>;
    if (
      typeof found.text === "string" &&
      typeof found.saved === "string" &&
      typeof found.version === "number"
    )
      return {
        text: found.text,
        audience: audienceOf(found.audience),
        saved: { text: found.saved, audience: audienceOf(found.saved_audience) },
        version: found.version,
      };
  } catch {
    // What cannot be read is no draft.
  }
  return { ...none, saved: none, version: 0 };
}

function audienceOf(found: unknown): Audience {
  return found === "staff" ? "staff" : "all";
}
