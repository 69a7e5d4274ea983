/**
 * A scripted server for looking at the widget and for its browser tests: serves the host page and the built widget on two
 * origins under a strict Content-Security-Policy, and plays the server's part on the live connection. Decides nothing.
 */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { WebSocketServer } from "ws";

const here = import.meta.dirname;
const widget = join(here, "../dist/widget");
/** As the server sends it with the console's preview, but for who may frame it. */
const preview_policy =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' https: data:; base-uri 'none'; form-action 'none'";

/**
 * @typedef {Record<string, any>} Frame
 * @typedef {{ shop: string, live: string, frames: Frame[], terms: Frame, preview: Frame, previews: Frame[], requests: string[],
 *   connections: number, posts: number, open: number,
 *   send: (notice: Frame) => void, answer: (act: (frame: Frame) => Frame[]) => void,
 *   refuse: (what: "nothing" | "sockets" | "all") => void, cut: () => void, html: (patch: (text: string) => string) => void,
 *   close: () => Promise<void> }} Fake
 */

/** @returns {Promise<Fake>} */
export async function startFake() {
  /** @type {Frame[]} */
  const frames = [];
  /** @type {Set<import("ws").WebSocket>} */
  const open = new Set();
  /** @type {(frame: Frame) => Frame[]} */
  let answer = () => [];
  /** @type {(text: string) => string} */
  let patch = (text) => text;
  /** @type {"nothing" | "sockets" | "all"} */
  let refused = "nothing";
  let connections = 0;
  let posts = 0;
  /** @type {Frame[]} */
  const outbox = [];

  /** @type {Frame} */
  const terms = { consent: "full", deny_paths: [] };
  /** What the link of a preview shows. @type {Frame} */
  const preview = {};
  /** What was asked for the link of a preview. @type {Frame[]} */
  const previews = [];
  /** @type {string[]} */
  const requests = [];

  const live = createServer((request, response) => {
    requests.push(`${request.method} ${(request.url ?? "/").split("?")[0]}`);
    response.setHeader("Access-Control-Allow-Origin", "*");
    if (refused === "all" && request.url?.startsWith("/live/")) {
      response.destroy();
      return;
    }
    if (request.url?.endsWith("/preview")) {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        previews.push(JSON.parse(body));
        response.writeHead(preview.status ?? 200).end(JSON.stringify(preview));
      });
      return;
    }
    if (request.url?.startsWith("/live/site/")) {
      response.setHeader("Content-Type", "application/json");
      response.writeHead(terms.status ?? 200).end(JSON.stringify(terms));
      return;
    }
    if (request.method === "POST") {
      posts++;
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const said = JSON.parse(body).frames;
        frames.push(...said);
        const notices = [...said.flatMap(answer), ...outbox.splice(0)];
        response.setHeader("Content-Type", "application/json");
        response.end(JSON.stringify({ notices }));
      });
      return;
    }
    const path = join(widget, (request.url ?? "/").split("?")[0] ?? "");
    if (!existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader(
      "Content-Type",
      path.endsWith(".html") ? "text/html; charset=utf-8" : "text/javascript",
    );
    if (path.endsWith(".html")) response.setHeader("Content-Security-Policy", preview_policy);
    // As the server does: a page that demands a hash may read what it holds against it.
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.end(readFileSync(path));
  });
  const sockets = new WebSocketServer({ noServer: true });
  live.on("upgrade", (request, socket, head) => {
    connections++;
    if (refused !== "nothing") {
      socket.destroy();
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      open.add(ws);
      ws.on("close", () => open.delete(ws));
      ws.on("message", (data) => {
        const frame = JSON.parse(String(data));
        if (frame.type === "echo") {
          ws.send(JSON.stringify({ type: "echo" }));
          return;
        }
        frames.push(frame);
        for (const notice of answer(frame))
          if (notice.close) ws.close(notice.close);
          else ws.send(JSON.stringify(notice));
      });
    });
  });
  const live_url = await listen(live);
  const policy =
    `default-src 'none'; style-src 'none'; script-src ${live_url}; img-src ${live_url}; ` +
    `connect-src ${live_url} ${live_url.replace("http", "ws")}; form-action 'none'; base-uri 'none'; ` +
    "require-trusted-types-for 'script'";
  const shop = createServer((_request, response) => {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.setHeader("Content-Security-Policy", policy);
    const text = readFileSync(join(here, "fixtures/host.html"), "utf8").replaceAll("LIVE", live_url);
    response.end(patch(text));
  });
  const shop_url = await listen(shop);

  return {
    shop: shop_url,
    live: live_url,
    frames,
    terms,
    preview,
    previews,
    requests,
    get connections() {
      return connections;
    },
    get open() {
      return open.size;
    },
    get posts() {
      return posts;
    },
    send: (notice) => {
      if (open.size === 0) outbox.push(notice);
      for (const ws of open) ws.send(JSON.stringify(notice));
    },
    answer: (act) => {
      answer = act;
    },
    refuse: (what) => {
      refused = what;
    },
    cut: () => {
      for (const ws of open) ws.terminate();
    },
    html: (act) => {
      patch = act;
    },
    close: async () => {
      for (const ws of open) ws.terminate();
      live.closeAllConnections();
      shop.closeAllConnections();
      await Promise.all([live, shop].map((server) => new Promise((done) => server.close(done))));
    },
  };
}

/** @param {import("node:http").Server} server @returns {Promise<string>} */
function listen(server) {
  return new Promise((done) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      done(`http://127.0.0.1:${address && typeof address === "object" ? address.port : 0}`);
    });
  });
}
