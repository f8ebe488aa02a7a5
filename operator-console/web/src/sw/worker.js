/*
 * The service worker of the crew's screen: /unit opens where there is no network. Its scope is /unit, so no other
 * screen ever meets it, and it touches nothing but the page itself and the files that the page is made of: commands,
 * queries and live data go to the server as if it were not there.
 *
 * The build puts in what this version is and which files it is made of. A new version is fetched beside the old one
 * and waits until the crew says so (or has closed the page): a page never gets files of two versions.
 */
const VERSION = "__VERSION__";
const FILES = __FILES__;
const CACHE = `siaga-unit-${VERSION}`;
const PAGE = "/";
/** A network that does not answer the page in this time is as good as none. */
const PATIENCE_MS = 4_000;

addEventListener("install", (event) => {
  event.waitUntil(
    // Past the browser's own cache: what is kept here must be of this version.
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })))),
  );
});

addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith("siaga-unit-") && name !== CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});

addEventListener("message", (event) => {
  if (event.data === "take over") skipWaiting();
});

/** The page as the server has it now, and the kept one where there is no server. */
async function page(request) {
  try {
    // By its address: a request to navigate cannot be given a signal.
    const fresh = await fetch(request.url, {
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (fresh.ok) return fresh;
  } catch {
    // No network: that is what the kept page is for.
  }
  const kept = await caches.match(PAGE, { cacheName: CACHE });
  return kept ?? Response.error();
}

async function file(request) {
  const kept = await caches.match(request, { cacheName: CACHE });
  return kept ?? fetch(request);
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (FILES.includes(url.pathname)) event.respondWith(file(request));
});
