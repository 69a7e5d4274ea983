/** Loads a bundle of the widget once it is needed, and again later when that failed. */
import type { BundleScript } from "../bundle";

type Policy = { createScriptURL(url: string): string };

const own = document.currentScript as HTMLScriptElement | null;
/** The page has pinned this script by its hash: bundles are held against theirs too. */
const pinned = !!own && !!own.integrity;
const load_again_ms = 5_000;
const had: Record<string, unknown> = {};
const takers: Record<string, (come: unknown) => void> = {};

/** Hands over what the bundle at `url` has, which has this hash, now or once it is loaded; of several who wait, to the last. Calls `failed` when this call is the one that loads it and it cannot be had. */
export function loadBundle<T>(url: string, hash: string, take: (come: T) => void, failed?: () => void): void {
  if (url in had) {
    take(had[url] as T);
    return;
  }
  const loading = url in takers;
  takers[url] = take as (come: unknown) => void;
  if (loading) return;
  const script: BundleScript<T> = document.createElement("script");
  script.src = trusted(`${url}?v=${hash.slice(0, 8)}`);
  if (pinned) {
    script.crossOrigin = "";
    script.integrity = `sha256-${hash}`;
  }
  script.beckon = (come) => {
    had[url] = come;
    const taker = takers[url];
    if (taker) taker(come);
  };
  script.onerror = () => {
    setTimeout(() => delete takers[url], load_again_ms);
    if (failed) failed();
  };
  document.head.append(script);
  // It loads all the same.
  script.remove();
}

let policy: Policy | undefined;

/** Pages that require Trusted Types let a script's address be set only by a policy; ours is named `beckon`. */
function trusted(url: string): string {
  const types = (window as { trustedTypes?: { createPolicy(name: string, rules: object): Policy } })
    .trustedTypes;
  if (types && !policy) policy = types.createPolicy("beckon", { createScriptURL: (own: string) => own });
  return policy ? policy.createScriptURL(url) : url;
}
