/**
 * The tabs of one browser: one of them leads and holds the connection, the others talk to it over a channel. Owns the
 * election; knows nothing of what is said.
 */

import { openKeep } from "./keep";

export interface Tabs<T> {
  post(message: T): void;
  /** Leads in place of a tab that no longer answers. */
  take(): void;
  leave(): void;
}

interface Election {
  take(): void;
  leave(): void;
}

interface Elected {
  lead(): void;
  follow(): void;
}

const lease_ms = 2_000;
const lease_ms_max = 5_000;

export function joinTabs<T>(name: string, on: Elected & { hear(message: T): void }): Tabs<T> {
  // Whatever browser the widget runs in has it.
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event) => on.hear(event.data);
  const election = navigator.locks ? electByLock(name, on) : electByLease(name, on);
  return {
    post: (message) => channel.postMessage(message),
    take: election.take,
    leave() {
      election.leave();
      channel.close();
    },
  };
}

function electByLock(name: string, on: Elected): Election {
  let release = () => {};
  let abort: AbortController;
  let left = false;
  const hold = () => {
    on.lead();
    return new Promise<void>((resolve) => {
      release = resolve;
    });
  };
  const ask = (options: LockOptions) =>
    navigator.locks.request(name, options, hold).catch(() => {
      // Another tab has taken the lead, unless it is this one that asks anew.
      if (left || (options.signal && options.signal.aborted)) return;
      on.follow();
      wait();
    });
  const wait = () => {
    abort = new AbortController();
    ask({ signal: abort.signal });
  };
  wait();
  return {
    take() {
      abort.abort();
      ask({ steal: true });
    },
    leave() {
      left = true;
      abort.abort();
      release();
    },
  };
}

/** Pages served without TLS have no Web Locks: a lease in the storage, renewed every two seconds, does instead. */
function electByLease(name: string, on: Elected): Election {
  const me = Math.random();
  const keep = openKeep(() => localStorage, name);
  let leading = false;
  const check = () => {
    const now = Date.now();
    // Where storage is forbidden, every tab leads.
    const [owner, at] = keep.read<[number, number]>(":lead") || [0, 0];
    const mine = owner === me || now - at > lease_ms_max;
    if (mine) keep.write(":lead", [me, now]);
    if (mine === leading) return;
    leading = mine;
    if (leading) on.lead();
    else on.follow();
  };
  const timer = setInterval(check, lease_ms);
  setTimeout(check);
  return {
    // A lease runs out by itself.
    take: () => {},
    leave: () => {
      clearInterval(timer);
      if (leading) keep.remove(":lead");
    },
  };
}
