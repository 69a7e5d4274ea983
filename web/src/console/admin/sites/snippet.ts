/** Owns the two texts that a customer puts into a website. Pure. */

export function snippetFor(origin: string, key: string): string {
  return `<script async src="${origin}/beckon.js" data-site="${key}"></script>`;
}

/** What a Content-Security-Policy of the website must allow. */
export function cspFor(origin: string): string {
  const socket = origin.replace(/^http/, "ws");
  return `script-src ${origin}; connect-src ${origin} ${socket}; img-src ${origin}`;
}
