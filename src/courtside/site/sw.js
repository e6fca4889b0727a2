// Offline copy: every file is requested from the network first; without a connection the last copy is shown.
const CACHE = "courtside-1";
const MOST = 400;
const SHELL = [
  "./", "cards.css", "icon.svg", "js/address.js", "js/app.js", "js/card.js", "js/charts.js", "js/data.js",
  "js/dom.js", "js/form.js", "js/format.js", "js/games.js", "js/list.js", "js/markets.js", "js/offer.js",
  "js/pages/models.js",
  "js/pages/pick.js", "js/pages/picks.js", "js/pages/player.js", "js/pages/players.js", "js/pages/quality.js",
  "js/pages/results.js", "js/pages/slate.js", "js/pages/subset.js", "js/parts.js", "js/record.js",
  "js/strip.js", "js/teams.js", "js/tips.js", "js/why.js", "style.css",
];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const others = caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))));
  event.waitUntil(others.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  event.respondWith(answer(event, request));
});

async function answer(event, request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) event.waitUntil(keep(cache, request, response.clone()));
    return response;
  } catch (error) {
    const copy = await cache.match(request, { ignoreVary: true });
    if (copy) return copy;
    throw error;
  }
}

async function keep(cache, request, response) {
  await cache.put(request, response);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST)).map((old) => cache.delete(old)));
}
