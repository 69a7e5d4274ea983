/** Takes pictures of every page: `BECKON_SHOTS=folder npm run shots`. Proves nothing. */
import { defineConfig } from "@playwright/test";
import { browser } from "./support/chromium.ts";

export default defineConfig({
  testDir: "shots",
  outputDir: "results",
  timeout: 240_000,
  workers: 1,
  reporter: [["list"]],
  use: browser,
});
