/** Builds the widget's two files, the chat first, because the loader names the chat by its content. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";

const web = join(import.meta.dirname, "..");
const out = join(web, "dist/widget");

/** @param {string} entry @param {string} file @param {Record<string, string>} define */
async function bundle(entry, file, define) {
  await build({
    configFile: false,
    root: web,
    logLevel: "warn",
    publicDir: false,
    define: { "process.env.NODE_ENV": '"production"', ...define },
    build: {
      outDir: out,
      emptyOutDir: false,
      target: "es2019",
      cssTarget: ["chrome111", "firefox113", "safari16.4"],
      modulePreload: false,
      reportCompressedSize: false,
      lib: { entry: join(web, entry), formats: ["iife"], name: "_", fileName: () => file },
      rollupOptions: { output: { exports: "none", extend: false } },
    },
  });
  return readFileSync(join(out, file));
}

const chat = await bundle("src/widget/chat/main.tsx", "beckon-chat.js", {});
const version = createHash("sha256").update(chat).digest("base64url").slice(0, 8);
await bundle("src/widget/loader/main.ts", "beckon.js", { CHAT_VERSION: JSON.stringify(version) });
