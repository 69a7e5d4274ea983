/** The browser of the system: where it is and how it is started. Nothing is downloaded. */
export const browser = {
  browserName: "chromium" as const,
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
