/** How the console's speed is measured: one browser, one page, no second chance. `cargo xtask bench console` runs it. */
import { defineConfig } from "@playwright/test";
import { browser } from "./support/chromium.ts";

export default defineConfig({
  testDir: "bench",
  outputDir: "results",
  timeout: 600_000,
  retries: 0,
  workers: 1,
  forbidOnly: true,
  reporter: [["line"]],
  use: { ...browser, viewport: { width: 1440, height: 900 } },
});
