import { defineConfig } from "@playwright/test";
import usual from "./playwright.config.ts";

/** Photographs every screen for `docs/screens/`. */
export default defineConfig({
  ...usual,
  testMatch: "*.album.ts",
  timeout: 900_000,
});
