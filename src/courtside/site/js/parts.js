// Parts that several pages use: badges, intervals, records and states.
import { el, svg } from "./dom.js";
import { counted, edges, fileAddress } from "./data.js";
import { BREAK_EVEN, atWithYear, eastern, interval, one, percent, plural, score, shortDate, whole, wilson } from "./format.js";

const RESULTS = { hit: "HIT", miss: "MISS", push: "PUSH", void: "VOID" };
const TIERS = new Set(["gold", "silver", "bronze", "poor", "critical"]);
const SIGNALS = {
  favorable: (far) => `25 to 45 % of the day’s predictions are OVER, and three or more are ${far} from the line.`,
  neutral: (far) => `more than 45 % of the day’s predictions are OVER, or fewer than three are ${far} from the line.`,
  challenging: () => "fewer than 25 % of the day’s predictions are OVER. Top Pick, Top 3, Top 5 and Green Light make no picks.",
};

let isSimulated = false;
export const markSimulated = (simulated) => { isSimulated = simulated; };

export const kindBadge = (kind) => el("span", {
  class: `badge ${kind === "LIVE" ? "live" : "backtest"}`,
  "data-tip": kind === "LIVE" ? "Published before tip-off" : "Computed later, from data known before tip-off",
}, kind !== "LIVE" ? "BACKTEST" : isSimulated ? "LIVE, simulated" : "LIVE");

const DAY_MS = 86_400_000;
const days = (date, now) => Math.max(0, Math.round((Date.parse(`${eastern(now)}T12:00:00Z`) - Date.parse(`${date}T12:00:00Z`)) / DAY_MS));

/** The banner above every page: whether the league is simulated, and whether the data are older than expected. */
export function dataBanner(status, now) {
  if (!status?.data) return el("p", { class: "banner old" }, "The age of the data is unknown: status.json has not been published.");
  const { newest_results: newest, results_due: due } = status.data;
  const isOld = due !== null && now > new Date(due);
  const age = newest === null ? "No results yet." : `Results through ${shortDate(newest)}, ${newest.slice(0, 4)}, ${plural(days(newest, now), "day")} old.`;
  return el("p", { class: isOld ? "banner old" : status.is_simulated ? "banner simulated" : "banner" },
    status.is_simulated && [el("strong", {}, "Simulated league. "), el("span", { class: "wide" }, "Its players, games and lines are made up. ")],
    age, isOld && [" ", el("strong", {}, "Older than expected"), el("span", { class: "wide" }, `: newer results were due ${atWithYear(due)}`), "."]);
}

export const resultBadge = (result) => (RESULTS[result]
  ? el("span", { class: `badge result ${result}` }, RESULTS[result])
  : el("span", { class: "badge result open" }, "not graded"));

export const signalBadge = (signal) => el("span", { class: "badge plain", "data-tip": signalText(signal) }, SIGNALS[signal] ? `${signal} signal` : "no signal");

/** A threshold of the market, as “5 points” or “1.6 assists”. */
export const distance = (edge) => `${Number.isInteger(edge) ? edge : one(edge)} ${counted(edge)}`;

/** What the signal of a day means in the shown market. */
export function signalText(signal) {
  const { high } = edges();
  return SIGNALS[signal] ? `Signal ${signal}: ${SIGNALS[signal](high === undefined ? "far" : `${distance(high)} or more`)}` : "No signal: it takes 10 predictions with a line.";
}
export const tierClass = (tier) => (TIERS.has(tier) ? tier : "critical");
export const jsonLink = (path, label) => el("a", { class: "json", href: fileAddress(path) }, label ?? "JSON");
export const playerLink = (id, name) => (id ? el("a", { href: `#/player/${Number(id)}` }, name) : el("span", {}, name));

export const panel = (title, ...children) => el("section", { class: "panel" }, title && el("h2", {}, title), children);
export const note = (...children) => el("p", { class: "note" }, children);

export function empty(title, ...reasons) {
  return el("div", { class: "empty" }, el("p", { class: "empty-title" }, title), reasons.filter(Boolean).map((reason) => el("p", {}, reason)));
}

export function failure(error, retry) {
  return el("div", { class: "empty problem", role: "alert" },
    el("h1", {}, "This cannot be shown right now"),
    el("p", {}, navigator.onLine ? error.message : "There is no connection, and no copy of this page is stored on this device."),
    el("button", { type: "button", onclick: retry }, "Try again"));
}

/** A hit rate on an axis from 30 to 70 %, with its interval and the break-even rate. */
export function intervalBar(wins, losses) {
  const bounds = wilson(wins, losses);
  const x = (value) => Math.max(0, Math.min(100, ((value - 30) / 40) * 100));
  const rate = bounds && (100 * wins) / (wins + losses);
  return svg("svg", { class: "interval", viewBox: "0 0 100 12", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { x: 0, y: 5.5, width: 100, height: 1, class: "axis" }),
    bounds && svg("rect", { x: x(bounds.low), y: 3.5, width: Math.max(1, x(bounds.high) - x(bounds.low)), height: 5, class: "span" }),
    svg("rect", { x: x(BREAK_EVEN) - 0.3, y: 0, width: 0.6, height: 12, class: "even" }),
    bounds && svg("rect", { x: x(rate) - 0.8, y: 2, width: 1.6, height: 8, class: "point" }));
}

/** One row of a record: wins, losses and pushes, hit rate, n and interval. */
export function recordRow(label, counts, pct) {
  const n = counts.wins + counts.losses;
  const bounds = wilson(counts.wins, counts.losses);
  return el("tr", { role: "row" },
    el("th", { role: "rowheader", scope: "row" }, label),
    el("td", { role: "cell", class: "number score" }, score(counts)),
    el("td", { role: "cell", class: "number rate" }, n ? percent(pct) : "–"),
    el("td", { role: "cell", class: "number muted n" }, `n ${whole(n)}`),
    el("td", { role: "cell", class: "bar" }, intervalBar(counts.wins, counts.losses)),
    el("td", { role: "cell", class: "number muted bounds" }, bounds ? interval(bounds.low, bounds.high) : "no interval"));
}

export function recordTable(name, rows) {
  return el("table", { class: "record", role: "table", "aria-label": name },
    el("thead", { role: "rowgroup", class: "visually-hidden" }, el("tr", { role: "row" },
      ["Window", "Wins–losses–pushes", "Hit rate", "Graded", "Against break-even 52.38 %", "95 % interval"].map(
        (label) => el("th", { role: "columnheader", scope: "col" }, label)))),
    el("tbody", { role: "rowgroup" }, rows));
}

/** A notice about the stale files in `status.json` among the paths that a page shows. */
export function staleNotice(status, paths) {
  const stale = (status?.stale ?? []).filter((item) => paths.some((path) => item.path === `v1/${path}` || !item.path.startsWith("v1/")));
  if (!stale.length) return null;
  return el("div", { class: "stale", role: "status" },
    el("strong", {}, "Outdated: "),
    stale.map((item) => el("span", {}, `${item.path} since ${atWithYear(item.since)}. ${item.reason} `)));
}

/** A row of tabs, with navigation by arrow keys. */
export function tabs(label, items, chosen) {
  const list = el("div", { class: "tabs", role: "tablist", "aria-label": label }, items.map((item) => el("a", {
    role: "tab", id: `tab-${item.id}`, href: item.href, "aria-selected": String(item.id === chosen), "aria-controls": "panel",
    tabindex: item.id === chosen ? "0" : "-1",
  }, item.label, item.count === undefined ? null : el("span", { class: "count" }, item.count))));
  list.addEventListener("keydown", (event) => {
    const all = [...list.children];
    const index = all.indexOf(document.activeElement);
    const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || index < 0) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    next.focus();
    next.click();
  });
  return list;
}

/** Scroll a row of tabs until the chosen one is in the middle. */
export function intoView(box) {
  const tab = box.querySelector("[aria-selected=true]");
  const list = tab?.parentElement;
  if (list && list.scrollWidth > list.clientWidth) list.scrollLeft = tab.offsetLeft - list.clientWidth / 2 + tab.clientWidth / 2;
}

/** The kind of all tallies as a badge; null where there are both kinds. */
export function onlyKind(tallies) {
  const kinds = new Set(tallies.map((own) => own.kind));
  return kinds.size === 1 ? kindBadge([...kinds][0]) : null;
}

export { plural };

/** Run `tasks` (functions that add to the page): the first at once, the others a piece for each frame. */
export function inPieces(tasks, first = 60, following = 100) {
  const run = (from, to) => {
    tasks.slice(from, to).forEach((task) => task());
    if (to < tasks.length) requestAnimationFrame(() => run(to, to + following));
  };
  run(0, first);
}

/** Act on a box, and give the focus back to the element of the same key or id. */
export function keepFocus(box, act) {
  const key = box.contains(document.activeElement) ? document.activeElement.dataset.key ?? document.activeElement.id : null;
  act();
  if (key) (box.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? document.getElementById(key))?.focus({ preventScroll: true });
}

export const plain = (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
const SUFFIXES = /\s+(jr\.?|sr\.?|ii|iii|iv|v)$/i;

/** What a player is sorted by: his last name, then the first, without accents. */
export function lastName(name) {
  const words = plain(name).replace(SUFFIXES, "").split(/\s+/);
  return `${words.at(-1)} ${words.slice(0, -1).join(" ")}`;
}

/** Before the first export: what this page will show and how to fill it. */
export function nothingYet(retry) {
  document.title = "Nothing published yet · Courtside";
  return el("div", { class: "empty" },
    el("h1", {}, "Nothing is published yet"),
    el("p", {}, "This page shows picks, results and players once the first files are there. ",
      el("code", {}, "courtside daily"), " fetches and publishes the next slate; ", el("code", {}, "courtside demo"), " builds a simulated league to look at."),
    el("button", { type: "button", onclick: retry }, "Try again"));
}
