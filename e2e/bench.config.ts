/** How speed in a browser is measured: one browser, no second chance. `cargo xtask bench` runs it for console, widget and paint. */
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
