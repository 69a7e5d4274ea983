/** Owns the texts that a customer puts into a website. Pure. */

declare const LOADER_INTEGRITY: string;

export type SnippetKind = "plain" | "manager" | "pinned";

/** The hash of this server's loader, as browsers compare it; empty where it is not known. */
export const loader_integrity = LOADER_INTEGRITY;

export function snippetFor(origin: string, key: string, kind: SnippetKind = "plain"): string {
  const address = `${origin}/beckon.js`;
  switch (kind) {
    case "plain":
      return `<script async src="${address}" data-site="${key}"></script>`;
    case "manager":
      // Tag managers make scripts anew and leave attributes out that they do not know.
      return [
        "<script>",
        "(function (script) {",
        `  script.src = "${address}";`,
        `  script.dataset.site = "${key}";`,
        "  document.head.appendChild(script);",
        '})(document.createElement("script"));',
        "</script>",
      ].join("\n");
    case "pinned": {
      const version = encodeURIComponent(loader_integrity.slice(7, 15));
      return `<script async src="${address}?v=${version}" integrity="${loader_integrity}" crossorigin="anonymous" data-site="${key}"></script>`;
    }
  }
}

/** What a Content-Security-Policy of the website must allow. */
export function cspFor(origin: string): string {
  const socket = origin.replace(/^http/, "ws");
  return `script-src ${origin}; connect-src ${origin} ${socket}; img-src ${origin}`;
}
