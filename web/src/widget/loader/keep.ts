/** First-party storage that may be absent, full or forbidden without anyone noticing. Owns no meaning of what is kept. */

export interface Keep {
  read<T>(name: string): T | null;
  write(name: string, value: unknown): void;
  remove(name: string): void;
}

export function openKeep(of: () => Storage, prefix: string): Keep {
  const attempt = <T>(act: (storage: Storage) => T): T | null => {
    try {
      return act(of());
    } catch {
      return null;
    }
  };
  return {
    read: <T>(name: string) => attempt((s) => JSON.parse(s.getItem(prefix + name) || "null") as T),
    write: (name, value) => attempt((s) => s.setItem(prefix + name, JSON.stringify(value))),
    remove: (name) => attempt((s) => s.removeItem(prefix + name)),
  };
}

/** What outlives the browser, and what is gone with the tab. */
export const openKeeps = (site: string): [lasting: Keep, tab: Keep] => {
  const prefix = `beckon:${site}`;
  return [openKeep(() => localStorage, prefix), openKeep(() => sessionStorage, prefix)];
};

/** What belongs to the visitor: the session, the count of views, the draft of a message. */
export const visitor_names = ["", ":view", ":draft"];
