/** Builds the widget's files, the loader last, because it names the others by their content; and the words of each language. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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
await bundle("src/widget/loader/main.ts", "beckon.js", {
  CHAT_VERSION: version(await bundle("src/widget/chat/main.tsx", "beckon-chat.js", chat)),
  LAUNCHER_VERSION: version(await bundle("src/widget/launcher/main.ts", "beckon-launcher.js", {})),
  TRACK_VERSION: version(await bundle("src/widget/track/main.ts", "beckon-track.js", {})),
});
