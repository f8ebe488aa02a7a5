import type { LaunchOptions } from "@playwright/test";
import config from "../playwright.config.ts";

const usual: LaunchOptions = config.use?.launchOptions ?? {};

/** A Chromium that draws maps on any machine: by software, as it may have no graphics card. */
export const withWebGl: LaunchOptions = {
  ...usual,
  args: [
    ...(usual.args ?? []).filter((one) => one !== "--disable-gpu"),
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
  ],
};
