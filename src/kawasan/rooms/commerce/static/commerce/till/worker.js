// The till's service worker: keeps the page and its parts on the device, so that it opens without a network.
// VERSION and PARTS are filled in by the server; a change of any part makes a new version.
const VERSION = "{{ version }}";
const PARTS = {{ parts }};
const CACHE = "kawasan-till-" + PARTS[0] + VERSION;
const SLOW = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(PARTS)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const mine = "kawasan-till-" + PARTS[0];
  const isOld = (name) => name.startsWith(mine) && name !== CACHE;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET" || !PARTS.includes(path)) return;
  event.respondWith(event.request.mode === "navigate" ? pageFirst(event.request) : kept(event.request));
});

async function kept(request) {
  return (await (await caches.open(CACHE)).match(request, { ignoreSearch: true })) ?? fetch(request);
}

// The page itself is asked for first, so that a signed-out person is told; without an answer the kept one opens.
async function pageFirst(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(SLOW) });
    if (response.ok && !response.redirected) await cache.put(PARTS[0], response.clone());
    return response.status < 500 ? response : (await cache.match(PARTS[0])) ?? response;
  } catch {
    return (await cache.match(PARTS[0])) ?? Response.error();
  }
}
