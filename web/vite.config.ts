/** Builds the console, after the widget, and runs every test of this package. The widget's own build is scripts/build-widget.mjs. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.BECKON_SERVER ?? "http://127.0.0.1:8080";

/** Of the loader as it was built before; empty where it was not. */
function integrity() {
  const loader = join(import.meta.dirname, "dist/widget/beckon.js");
  if (!existsSync(loader)) return "";
  return `sha384-${createHash("sha384").update(readFileSync(loader)).digest("base64")}`;
}

export default defineConfig({
  root: "src/console",
  define: { LOADER_INTEGRITY: JSON.stringify(integrity()) },
  plugins: [react()],
  build: {
    outDir: "../../dist/console",
    emptyOutDir: true,
    target: "es2022",
  },
  server: {
    proxy: {
      "/api": server,
      "/live": { target: server, ws: true },
      "/widget-preview": server,
      "/beckon-": server,
      "/pictures": server,
    },
  },
  test: {
    root: import.meta.dirname,
    // A condition is waited for as long as a busy machine may need; a test that passes waits no longer than it takes.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
    include: ["src/**/*.test.{ts,tsx}", "test/**/*.test.ts"],
  },
});
