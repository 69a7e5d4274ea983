/** The browser of the system: where it is and how it is started. Nothing is downloaded. */
export const browser = {
  browserName: "chromium" as const,
  // A headless Chromium says so, and is a robot to the server.
  userAgent:
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  launchOptions: {
    executablePath: process.env.BECKON_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
};
