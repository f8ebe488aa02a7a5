import { defineConfig } from "@playwright/test";
import usual from "./playwright.config.ts";

/** Measurements: they print figures and judge nothing, so they are no tests. */
export default defineConfig({
  ...usual,
  testMatch: "*.measure.ts",
  timeout: 900_000,
  use: { ...usual.use, trace: "off", screenshot: "off" },
});
