/** Loads a bundle of the widget once it is needed, and again later when that failed. */
import type { BundleScript } from "../bundle";

type Policy = { createScriptURL(url: string): string };

const load_again_ms = 5_000;
const loading = new Set<string>();

export function loadBundle<T>(url: string, take: (come: T) => void): void {
  if (loading.has(url)) return;
  loading.add(url);
  const script: BundleScript<T> = document.createElement("script");
  script.src = trusted(url);
  script.beckon = take;
  script.onload = () => script.remove();
  script.onerror = () => {
    script.remove();
    setTimeout(() => loading.delete(url), load_again_ms);
  };
  document.head.append(script);
}

let policy: Policy | undefined;

/** Pages that require Trusted Types let a script's address be set only by a policy; ours is named `beckon`. */
function trusted(url: string): string {
  const types = (window as { trustedTypes?: { createPolicy(name: string, rules: object): Policy } })
    .trustedTypes;
  if (types && !policy) policy = types.createPolicy("beckon", { createScriptURL: (own: string) => own });
  return policy ? policy.createScriptURL(url) : url;
}
