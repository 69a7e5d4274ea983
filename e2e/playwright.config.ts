/** How the journeys are run: real Chromium from the system, one server for each journey, no second chance. */
import { defineConfig } from "@playwright/test";
import { browser } from "./support/chromium.ts";

export default defineConfig({
  testDir: "journeys",
  outputDir: "results",
  timeout: 180_000,
  expect: { timeout: 15_000 },
  retries: 0,
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  reporter: [["list"]],
  // A cluster gives this machine an address, at which browsers drop what is under way: its journeys run when no others do.
  projects: [
    { name: "one-server", testIgnore: "cluster.spec.ts" },
    { name: "cluster", testMatch: "cluster.spec.ts", workers: 1 },
  ],
  // A film of every page would cost a third of the processor; a trace has the page at every step without it.
  use: {
    ...browser,
    trace: { mode: "retain-on-failure", screenshots: false },
    screenshot: "only-on-failure",
  },
});
