/**
 * A customer's site for the benches: the same page with the widget's line, without it, and with the least that could be called a
 * chat, served from another origin than Beckon.
 */
import { createServer, type Server } from "node:http";

/** Where the pages are, and how they are taken down. */
export interface Pages {
  url: string;
  close(): void;
}

/**
 * Serves pages on the port that the site's list of origins holds. `/bare` and what is below it is without the widget, `/least`
 * with a script in its stead that asks, connects and shows a button.
 */
export async function servePages(port: number, beckon: string, site: string): Promise<Pages> {
  const snippet = `<script async src="${beckon}/beckon.js" data-site="${site}"></script>`;
  const server: Server = createServer((request, response) => {
    // What a browser asks for by itself is no page.
    if (request.url === "/favicon.ico") return response.writeHead(204).end();
    if (request.url === "/least.js") {
      response.writeHead(200, { "content-type": "text/javascript" });
      return response.end(`(${least})(${JSON.stringify(beckon)}, ${JSON.stringify(site)})`);
    }
    const bare = request.url?.startsWith("/bare") ?? false;
    const other = request.url === "/least" ? '<script async src="/least.js"></script>' : "";
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(page(bare ? "" : other || snippet));
  });
  await new Promise<void>((listens) => {
    server.listen(port, "127.0.0.1", listens);
  });
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** Some text, and nothing that is loaded. */
function page(head: string): string {
  const lines = Array.from(
    { length: 40 },
    (_, line) => `<p>The ${line}th chair is made of oak and oiled.</p>`,
  );
  return `<!doctype html><html lang="en"><head><title>Shop</title><link rel="icon" href="data:,">${head}</head>
    <body><h1>Chairs</h1>${lines.join("")}</body></html>`;
}

/** Runs in the browser; decides nothing, keeps nothing, hears nothing. */
async function least(beckon: string, site: string): Promise<void> {
  await fetch(`${beckon}/live/site/${site}`, { credentials: "omit" });
  const socket = new WebSocket(`${beckon.replace("http", "ws")}/live/visitor`);
  socket.onopen = () => {
    const host = document.body.appendChild(document.createElement("least-chat"));
    const button = document.createElement("button");
    button.textContent = "Chat";
    host.attachShadow({ mode: "closed" }).append(button);
  };
}
