import { defineConfig } from "@playwright/test";
import usual from "./playwright.config.ts";

/** Photographs every screen for `docs/screens/`, somewhat smaller than it is: the whole album is to stay small. */
export default defineConfig({
  ...usual,
  testMatch: "*.album.ts",
  timeout: 900_000,
  use: { ...usual.use, deviceScaleFactor: Number(process.env.ALBUM_SCALE ?? 0.75) },
});
