/**
 * Builds the widget's files, the loader after those that it names by their content; the words of each language; and the
 * console's preview, which loads the same files.
 */
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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

/** @param {Buffer} file */
const version = (file) => JSON.stringify(createHash("sha256").update(file).digest("base64url").slice(0, 8));
/** What a bundle is asked for by, and held against where a page demands it. @param {Buffer} file */
const hash = (file) => JSON.stringify(createHash("sha256").update(file).digest("base64"));

/** Writes each language beside the bundles; yields all of them together. */
function languages() {
  const texts = join(web, "src/widget/chat/texts");
  mkdirSync(out, { recursive: true });
  let all = "";
  for (const file of readdirSync(texts).filter((name) => name.endsWith(".json"))) {
    const packed = JSON.stringify(JSON.parse(readFileSync(join(texts, file), "utf8")));
    writeFileSync(join(out, `beckon-text-${file}`), packed);
    all += packed;
  }
  return Buffer.from(all);
}

const chat = { TEXTS_VERSION: version(languages()) };
const parts = {
  CHAT_HASH: hash(await bundle("src/widget/chat/main.tsx", "beckon-chat.js", chat)),
  LAUNCHER_HASH: hash(await bundle("src/widget/launcher/main.ts", "beckon-launcher.js", {})),
};
await bundle("src/widget/loader/main.ts", "beckon.js", {
  ...parts,
  PREVIEW_HASH: hash(await bundle("src/widget/offer-preview/main.ts", "beckon-offer-preview.js", parts)),
  TRACK_HASH: hash(await bundle("src/widget/track/main.ts", "beckon-track.js", {})),
});
// The console's preview: a page of its own that loads the same files as a customer's page does.
await bundle("src/widget/preview/main.ts", "beckon-preview.js", parts);
copyFileSync(join(web, "src/widget/preview/preview.html"), join(out, "preview.html"));
