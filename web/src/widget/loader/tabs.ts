/**
 * The tabs of one browser: one of them leads and holds the connection, the others talk to it over a channel. Owns the
 * election; knows nothing of what is said.
 */

export interface Tabs<T> {
  post(message: T): void;
  leave(): void;
}

const lease_ms = 2_000;
const lease_ms_max = 5_000;

export function joinTabs<T>(
  name: string,
  on: { lead(): void; follow(): void; hear(message: T): void },
): Tabs<T> {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
  if (channel) channel.onmessage = (event) => on.hear(event.data);
  const release = navigator.locks ? electByLock(name, on.lead) : electByLease(`${name}:lead`, on);
  return {
    post: (message) => channel?.postMessage(message),
    leave: () => {
      release();
      channel?.close();
    },
  };
}

function electByLock(name: string, lead: () => void): () => void {
  const abort = new AbortController();
  let release = () => abort.abort();
  const held = () => {
    lead();
    return new Promise<void>((resolve) => {
      release = resolve;
    });
  };
  navigator.locks.request(name, { signal: abort.signal }, held).catch(() => {});
  return () => release();
}

/** Pages served without TLS have no Web Locks: a lease in the storage, renewed every two seconds, does instead. */
function electByLease(key: string, on: { lead(): void; follow(): void }): () => void {
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
  return () => {
    clearInterval(timer);
    try {
      if (leading) localStorage.removeItem(key);
    } catch {
      // Storage is forbidden here, so no other tab reads the lease either.
    }
  };
}
