/** Changes of the address inside the page, by the History API or the fragment. Owns the listening; means nothing by it. */

/** Time for the page to set its title after it has changed its address. */
const route_ms = 50;

/** A fragment is a place within a page, unless the page routes by it. */
const route = () => location.href.replace(/#(?![!/]).*/, "");

/** Calls `act` after every change; answers how to stop. */
export function watchRoutes(act: () => void): () => void {
  const undo: (() => void)[] = [];
  let shown = route();
  const look = () =>
    setTimeout(() => {
      if (route() === shown || !undo.length) return;
      shown = route();
      act();
    }, route_ms);
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    const wrapped: typeof original = function (this: History, ...args) {
      original.apply(this, args);
      look();
    };
    history[name] = wrapped;
    undo.push(() => {
      if (history[name] === wrapped) history[name] = original;
    });
  }
  for (const name of ["popstate", "hashchange"]) {
    addEventListener(name, look, true);
    undo.push(() => removeEventListener(name, look, true));
  }
  return () => {
    for (const act of undo.splice(0)) act();
  };
}
