// Routing: show the page of the address, the data banner above it, and the theme.
import { forget, maybe } from "./data.js";
import { el, replace } from "./dom.js";
import { dataBanner, failure, markSimulated } from "./parts.js";
import { picks } from "./pages/picks.js";

const PAGES = {
  picks: () => Promise.resolve(picks),
  results: () => import("./pages/results.js").then((module) => module.results),
  quality: () => import("./pages/quality.js").then((module) => module.quality),
  players: () => import("./pages/player.js").then((module) => module.players),
  player: () => import("./pages/player.js").then((module) => module.player),
};
const STALE_MS = 300_000;
const main = document.getElementById("main");
let turn = 0;
let shown = Date.now();

function address() {
  const parts = location.hash.replace(/^#\/?/, "").split("/").map((part) => {
    try { return decodeURIComponent(part); } catch { return ""; }
  });
  const page = Object.hasOwn(PAGES, parts[0]) ? parts[0] : "picks";
  return { page, parts: parts.slice(1) };
}

async function show() {
  const { page, parts } = address();
  const mine = ++turn;
  const isCurrent = () => mine === turn;
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = link.dataset.page === page || (page === "player" && link.dataset.page === "players");
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  try {
    const [render] = await Promise.all([PAGES[page](), data()]);
    if (!isCurrent()) return;
    if (main.dataset.page !== page) {
      main.dataset.page = page;
      replace(main, el("p", { class: "loading" }, "Loading …"));
    }
    main.setAttribute("aria-busy", "true");
    await render(main, parts, isCurrent);
  } catch (error) {
    if (isCurrent()) {
      replace(main, failure(error, () => { forget(); show(); }));
      console.error(error);
    }
  } finally {
    if (isCurrent()) main.removeAttribute("aria-busy");
  }
}

/** Show above every page whether the league is simulated, and the age of the data. */
async function data() {
  const status = await maybe("status.json");
  markSimulated(status?.is_simulated ?? false);
  replace(document.getElementById("data"), dataBanner(status, new Date()));
}

function theme() {
  const button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem("theme"); } catch { /* without storage, the theme is the system's */ }
  const apply = () => { document.documentElement.dataset.theme = chosen ?? (dark.matches ? "dark" : "light"); };
  button.addEventListener("click", () => {
    chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", chosen); } catch { /* without storage, the choice ends with the page */ }
    apply();
  });
  dark.addEventListener("change", apply);
  apply();
}

theme();
addEventListener("hashchange", show);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && Date.now() - shown > STALE_MS) { shown = Date.now(); forget(); show(); }
});
show();
