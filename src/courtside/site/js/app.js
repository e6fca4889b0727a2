// Routing: show the page of the address, the data banner above it, the theme and the share button.
import { parse } from "./address.js";
import { beginView, forget, maybe, Missing } from "./data.js";
import { el, replace } from "./dom.js";
import { startMarkets, useMarket } from "./markets.js";
import { dataBanner, failure, markSimulated, nothingYet } from "./parts.js";
import { picks } from "./pages/picks.js";
import { startTips } from "./tips.js";

const PAGES = {
  picks: () => Promise.resolve(picks),
  pick: () => import("./pages/pick.js").then((module) => module.pick),
  results: () => import("./pages/results.js").then((module) => module.results),
  quality: () => import("./pages/quality.js").then((module) => module.quality),
  players: () => import("./pages/players.js").then((module) => module.players),
  player: () => import("./pages/player.js").then((module) => module.player),
};
const PARENT = { player: "players", pick: "picks" };
const STALE_MS = 300_000;
const main = document.getElementById("main");
const positions = new Map();
let turn = 0;
let shownAt = Date.now();
let shownPage = null;
let isFollowed = false;

async function show() {
  const address = parse(location.hash);
  if (!address) return;
  const { page, parts, query } = address;
  const mine = ++turn;
  if (useMarket(query.get("market"))) delete main.dataset.page;
  beginView();
  const isCurrent = () => mine === turn;
  for (const link of document.querySelectorAll("nav a[data-page]")) {
    if (link.dataset.page === (PARENT[page] ?? page)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const key = page === "player" || page === "pick" ? `${page}/${parts.join("/")}` : page;
  const isOtherPage = shownPage !== null && shownPage !== key;
  try {
    const render = Object.hasOwn(PAGES, page) ? PAGES[page]() : Promise.resolve(notFound);
    const [draw] = await Promise.all([render, aroundThePage()]);
    if (!isCurrent()) return;
    if (main.dataset.page !== page) {
      main.dataset.page = page;
      replace(main, el("p", { class: "loading" }, "Loading …"));
    }
    main.setAttribute("aria-busy", "true");
    await draw(main, parts, isCurrent, query);
  } catch (error) {
    if (!isCurrent()) return;
    const isEmpty = error instanceof Missing && error.status === 404 && !(await maybe("subsets/season.json"));
    const again = () => { forget(); show(); };
    replace(main, isEmpty ? nothingYet(again) : failure(error, again));
    if (!isEmpty) console.error(error);
  } finally {
    if (isCurrent()) {
      main.removeAttribute("aria-busy");
      shownPage = key;
      if (isOtherPage) arrive();
    }
  }
}

/** Begin another page at its top, or where the reader left it, with the focus on its heading. */
function arrive() {
  scrollTo(0, isFollowed ? 0 : positions.get(location.hash) ?? 0);
  isFollowed = false;
  const heading = main.querySelector("h1") ?? main;
  heading.setAttribute("tabindex", "-1");
  heading.focus({ preventScroll: true });
}

function notFound(target) {
  document.title = "Page not found · Courtside";
  replace(target, el("div", { class: "empty" },
    el("h1", {}, "There is no such page"),
    el("p", {}, "The address ", el("code", {}, location.hash), " names no page of this site."),
    el("p", {}, el("a", { href: "#/picks" }, "Today’s picks"), " · ", el("a", { href: "#/results" }, "Results"), " · ",
      el("a", { href: "#/players" }, "Players"), " · ", el("a", { href: "#/quality" }, "Data quality"))));
}

/** Show above every page whether the league is simulated, and the age of the data. */
async function aroundThePage() {
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

/** Share the address of the view: through the device's own dialogue, else by copying it. */
async function share() {
  const notice = document.getElementById("notice");
  try {
    if (navigator.share) await navigator.share({ title: document.title, url: location.href });
    else {
      await navigator.clipboard.writeText(location.href);
      replace(notice, el("p", { class: "notice" }, "Link copied."));
    }
  } catch (error) {
    if (error.name !== "AbortError") replace(notice, el("p", { class: "notice" }, "Copy this link: ", el("a", { href: location.href }, location.href)));
  }
  setTimeout(() => replace(notice), 6000);
}

theme();
startTips();
history.scrollRestoration = "manual";
document.getElementById("share").addEventListener("click", share);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
  main.scrollIntoView();
});
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest("a[href^='#/']")) return;
  isFollowed = true;
  positions.set(location.hash, scrollY);
});
addEventListener("hashchange", show);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && Date.now() - shownAt > STALE_MS) { shownAt = Date.now(); forget(); show(); }
});
startMarkets().then(show);
if ("serviceWorker" in navigator && isSecureContext) navigator.serviceWorker.register("sw.js").catch((error) => console.info("no offline copy:", error.message));
