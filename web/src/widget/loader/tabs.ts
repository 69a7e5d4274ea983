/**
 * The tabs of one browser: one of them leads and holds the connection, the others talk to it over a channel. Owns the
 * election; knows nothing of what is said.
 */

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
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
  if (channel) channel.onmessage = (event) => on.hear(event.data);
  const election = navigator.locks ? electByLock(name, on) : electByLease(`${name}:lead`, on);
  return {
    post: (message) => channel && channel.postMessage(message),
    take: election.take,
    leave: () => {
      election.leave();
      if (channel) channel.close();
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
    take: () => {
      abort.abort();
      ask({ steal: true });
    },
    leave: () => {
      left = true;
      abort.abort();
      release();
    },
  };
}

/** Pages served without TLS have no Web Locks: a lease in the storage, renewed every two seconds, does instead. */
function electByLease(key: string, on: Elected): Election {
  const me = Math.random();
  let leading = false;
  const check = () => {
    const now = Date.now();
    try {
      const [owner, at] = JSON.parse(localStorage.getItem(key) || "[0,0]") as [number, number];
      const mine = owner === me || now - at > lease_ms_max;
      if (mine) localStorage.setItem(key, JSON.stringify([me, now]));
      if (mine === leading) return;
      leading = mine;
    } catch {
      if (leading) return;
      leading = true;
    }
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
      try {
        if (leading) localStorage.removeItem(key);
      } catch {
        // Storage is forbidden here, so no other tab reads the lease either.
      }
    },
  };
}
