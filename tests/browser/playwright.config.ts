import { defineConfig } from "@playwright/test";

/** The distribution's Chromium, never a browser that a test tool downloads. */
const CHROMIUM = "/usr/bin/chromium";
const asRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "results",
  reporter: "list",
  // One server and one machine: tests that run beside each other would only slow each other down.
  workers: 1,
  fullyParallel: false,
  // A test that passes at the second try has found a bug.
  retries: 0,
  forbidOnly: true,
  // What a whole story may take on a busy machine; each state in it has its own, shorter limit.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: "chromium",
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    viewport: { width: 1440, height: 900 },
    locale: "id-ID",
    timezoneId: "Asia/Jakarta",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: CHROMIUM,
      args: [
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        // Chromium's sandbox refuses to start as root, as in a container.
        ...(asRoot ? ["--no-sandbox"] : []),
      ],
    },
  },
});
