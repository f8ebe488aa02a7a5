import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { serviceWorker } from "./build/service-worker.ts";

// In development the pages come from Vite and everything else from a running
// `siaga serve`; the browser still sees one origin, as in production.
const server = process.env.SIAGA_SERVER ?? "http://127.0.0.1:1120";

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), serviceWorker()],
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  build: {
    target: "es2022",
    // A screen's code is loaded when the screen is opened; source maps stay out
    // because the server embeds this folder.
    sourcemap: false,
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      "^/siaga\\.v1\\..*": { target: server, changeOrigin: true },
      // The hub's API lies below the path of the hub's screen.
      "/hub/": { target: server, changeOrigin: true },
      "/ws": { target: server, ws: true, changeOrigin: true },
    },
  },
  test: {
    environment: "jsdom",
    // The contrast test reads the tokens themselves.
    css: true,
    include: ["src/**/*.test.ts"],
  },
}));
