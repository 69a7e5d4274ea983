/** Writes a brotli file beside every built text file for which that saves something worth serving. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const dist = join(import.meta.dirname, "../dist", process.argv[2] ?? "");
const textFile = /\.(js|css|html|svg|json|webmanifest|txt|map)$/;
const saved_bytes_min = 200;

for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile() || !textFile.test(path)) continue;
  const plain = readFileSync(path);
  const packed = brotliCompressSync(plain, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    },
  });
  if (plain.length - packed.length >= saved_bytes_min) writeFileSync(`${path}.br`, packed);
  else rmSync(`${path}.br`, { force: true });
}
