import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin, Rolldown } from "vite";

/** Static files beside the built ones that the crew's page shows. */
const ALSO = ["/siaga.svg", "/unit.webmanifest"];
/** The screen that opens without a network. What only other screens, or its map, load is not fetched in advance. */
const ENTRIES = ["/index.html", "/src/screens/unit/Unit.svelte"];

type Bundle = Rolldown.OutputBundle;

/** The files that a module and all it imports statically are made of. */
export function filesOf(bundle: Bundle, entries: readonly string[]): string[] {
  const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
  const open = chunks.filter((one) => entries.some((entry) => one.facadeModuleId?.endsWith(entry)));
  if (open.length < entries.length) throw new Error(`not all of ${entries.join(", ")} have a chunk`);
  const found = new Set<string>();
  for (let chunk = open.pop(); chunk; chunk = open.pop()) {
    if (found.has(chunk.fileName)) continue;
    found.add(chunk.fileName);
    for (const css of chunk.viteMetadata?.importedCss ?? []) found.add(css);
    for (const asset of chunk.viteMetadata?.importedAssets ?? []) found.add(asset);
    open.push(...chunks.filter((one) => chunk?.imports.includes(one.fileName)));
  }
  // Fonts are named by the style sheets, the ticker by a script: small, and needed from the first moment.
  for (const name of Object.keys(bundle)) if (/\.woff2$|ticker\.worker/.test(name)) found.add(name);
  return [...found].sort();
}

/** Writes `sw.js`: the service worker with the version and the files of this build. */
export function serviceWorker(): Plugin {
  return {
    name: "siaga-service-worker",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const source = readFileSync(fileURLToPath(new URL("../src/sw/worker.js", import.meta.url)), "utf8");
        const files = ["/", ...ALSO, ...filesOf(bundle, ENTRIES).map((name) => `/${name}`)];
        const page = bundle["index.html"];
        const digest = createHash("sha256").update(source).update(JSON.stringify(files));
        if (page?.type === "asset") digest.update(page.source);
        this.emitFile({
          type: "asset",
          fileName: "sw.js",
          source: source
            .replace("__VERSION__", digest.digest("hex").slice(0, 16))
            .replace("__FILES__", JSON.stringify(files)),
        });
      },
    },
  };
}
