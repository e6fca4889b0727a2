// Picks: a tab for each subset and one date at a time, from the season file in memory.
import { maybe, seasonFiles } from "../data.js";
import { el, replace } from "../dom.js";
import {
  at, atWithYear, book, dayName, isDate, longDate, one, percent, plural, price, score, shortDate, tally, whole,
} from "../format.js";
import {
  empty, intoView, jsonLink, kindBadge, note, playerLink, recordRow, recordTable, resultBadge, signalBadge, staleNotice, tabs, tierClass,
} from "../parts.js";
import { openQuality } from "./features.js";

const FIRST_ROWS = 80;
const MORE_ROWS = 120;
const STRIP = 3;
const href = (group, date) => `#/picks/${group}/${date}`;

export async function picks(main, [wantedGroup, wantedDate], isCurrent) {
  if (isDate(wantedDate)) maybe(`picks/${wantedDate}.json`);
  const [files, definitions] = await Promise.all([seasonFiles(isDate(wantedDate) ? wantedDate : null), maybe("systems/subsets.json")]);
  if (!isCurrent()) return;
  const { groups } = files.subsets;
  const group = groups.find((item) => item.id === wantedGroup) ?? groups.find((item) => item.id === "8") ?? groups[0];
  const days = group.dates;
  const date = isDate(wantedDate) ? wantedDate : newestWithPicks(groups) ?? days[0]?.date;
  const entry = days.find((item) => item.date === date) ?? null;
  const own = date ? await maybe(`picks/${date}.json`) : null;
  if (!isCurrent()) return;
  const page = skeleton(main);
  document.title = `${group.name} · ${date ? longDate(date) : "no dates"} · Courtside`;
  replace(page.title, heading(date, entry));
  replace(page.notice, staleNotice(files.status, [files.path, `picks/${date}.json`, `best-bets/${date}.json`]));
  keepFocus(page.strip, () => replace(page.strip, date && strip(days, group.id, date)));
  keepFocus(page.tabs, () => replace(page.tabs, tabs("Subsets", groups.map((item) => ({
    id: item.id, label: item.name, href: href(item.id, date), count: countOn(item, date),
  })), group.id)));
  intoView(page.tabs);
  const ofGroup = (document) => document?.groups.find((item) => item.id === group.id);
  replace(page.record, record(date, group, ofGroup(own)?.record, ofGroup(files.results)?.days ?? [], ofGroup(definitions)?.description));
  page.panel.setAttribute("aria-labelledby", `tab-${group.id}`);
  const list = rows(entry, date);
  replace(page.list, list.node);
  replace(page.foot, foot(date, files));
  if (!date) return;
  const [details, performance, published] = await Promise.all([
    maybe(`best-bets/${date}.json`), maybe("systems/performance.json"), maybe(`publications/${date}.json`),
  ]);
  if (!isCurrent()) return;
  const isNewest = performance && files.path === "subsets/season.json" && performance.model === details?.model;
  list.complete(details, group.id, isNewest ? performance.calibration : null);
  replace(page.meta, [meta(details, files.subsets, entry), changed(published)]);
  ahead(days, date);
}

function skeleton(main) {
  if (main.picksPage && main.contains(main.picksPage.panel)) return main.picksPage;
  const page = {};
  const part = (name, tag, props) => { page[name] = el(tag, props); return page[name]; };
  replace(main,
    el("div", { class: "page-head" }, part("title", "h1", {}), part("meta", "p", { class: "meta" })),
    part("notice", "div", {}),
    part("strip", "div", { class: "strip-box" }),
    part("tabs", "div", { class: "tabs-box" }),
    el("div", { role: "tabpanel", id: "panel" }, part("record", "div", { class: "record-box" }), part("list", "div", {})),
    part("foot", "div", { class: "foot" }));
  page.panel = main.querySelector("#panel");
  main.picksPage = page;
  return page;
}

const newestWithPicks = (groups) => groups.flatMap((group) => group.dates.filter((day) => day.picks.length).slice(0, 1)
  .map((day) => day.date)).sort().at(-1);
const countOn = (group, date) => group.dates.find((day) => day.date === date)?.picks.length ?? 0;

function heading(date, entry) {
  if (!date) return "Picks";
  return [longDate(date), entry && el("span", { class: "head-badge" }, signalBadge(entry.signal))];
}

function meta(details, season, entry) {
  const made = details?.generated_at ?? season.generated_at;
  const mixed = new Set(details?.bets.map((bet) => bet.kind) ?? []);
  return [
    details && (mixed.size > 1 ? [kindBadge("LIVE"), " and ", kindBadge("BACKTEST")] : kindBadge([...mixed][0] ?? details.kind)), " ",
    entry && details?.model ? `Model ${details.model} · ` : "", `as of ${atWithYear(made)}`,
  ];
}

/** The time and reason of the last change of a date's published picks, with a link to every version. */
function changed(published) {
  const last = published?.versions.at(-1);
  if (!last || last.version === 1) return null;
  return el("span", { class: "changed" }, ` · changed at ${atWithYear(last.published_at)}, version ${last.version}: ${last.reason} · `,
    jsonLink(`publications/${published.date}.json`, "every version as JSON"));
}

function strip(days, group, date) {
  const found = days.findIndex((day) => day.date === date);
  const place = found >= 0 ? found : days.filter((day) => day.date > date).length;
  const newer = days[place - 1], older = days[found >= 0 ? place + 1 : place];
  const from = Math.max(0, Math.min(place - STRIP, days.length - 2 * STRIP - 1));
  const shown = days.slice(from, from + 2 * STRIP + 1).reverse();
  const near = days.slice(Math.max(0, Math.min(place - 1, days.length - 3))).slice(0, 3);
  const step = (day, label, sign, key) => (day
    ? el("a", { class: "step", href: href(group, day.date), "aria-label": `${label}: ${longDate(day.date)}`, dataset: { key } }, sign)
    : el("span", { class: "step off", "aria-hidden": "true" }, sign));
  const input = el("input", {
    type: "date", "aria-label": "Go to a date", value: date, min: days.at(-1)?.date, max: days[0]?.date,
    onchange: (event) => { if (isDate(event.target.value)) location.hash = href(group, event.target.value); },
  });
  return el("nav", { class: "strip", "aria-label": "Dates" },
    step(older, "Earlier date", "‹", "older"),
    el("ol", {}, shown.map((day) => el("li", { class: near.includes(day) ? null : "far" }, el("a", {
      href: href(group, day.date), "aria-current": day.date === date ? "date" : null, dataset: { key: day.date },
      class: day.picks.length ? null : "none",
    }, el("span", { class: "dow" }, dayName(day.date)), el("span", { class: "dom" }, shortDate(day.date)),
    el("span", { class: "n" }, day.picks.length ? plural(day.picks.length, "pick") : "none"))))),
    step(newer, "Later date", "›", "newer"), input);
}

/** The record before the date, from the date's own file. Pushes and kinds are not in that file and are counted from the
    season's earlier dates. */
function record(date, group, stated, days, description) {
  const kinds = ["BACKTEST", "LIVE"].map((kind) => counted(kind, days.filter((day) => day.kind === kind && day.date < date))).filter((own) => own.isAny);
  const title = el("h2", {}, `${group.name} record `, kinds.length === 1 && kindBadge(kinds[0].kind),
    kinds.length > 1 && el("span", { class: "muted" }, "LIVE and BACKTEST together"));
  const section = (...parts) => el("section", { class: "panel", "aria-label": `Record of ${group.name}` }, title, note(description ?? "\u00a0"), parts);
  if (!stated) return section(note(date ? "No record is published for this date." : "Nothing is published yet."));
  const from = { season: "", month: `${date.slice(0, 8)}01`, week: monday(date) };
  const names = { season: "Season", month: "Month", week: "Week" };
  const rows = Object.keys(names).map((window) => {
    const pushes = group.dates.filter((day) => day.date >= from[window] && day.date < date).flatMap((day) => day.picks).filter((pick) => pick.result === "push");
    return recordRow(names[window], { ...stated[window], pushes: pushes.length }, stated[window].pct);
  });
  const split = kinds.length > 1 ? kinds.map((own) => recordRow(kindBadge(own.kind), own, own.pct)) : [];
  return section(recordTable(`Record of ${group.name}`, [rows[0], ...split, rows[1], rows[2]]),
    note(`Wins–losses–pushes of the published picks before ${shortDate(date)}; `,
      "the bar is the 95 % interval, the vertical mark is break-even (52.38 %)."));
}

function counted(kind, days) {
  const sum = (name) => days.reduce((total, day) => total + day[name], 0);
  const own = { kind, isAny: days.length > 0, wins: sum("wins"), losses: sum("losses"), pushes: sum("pushes") };
  const n = own.wins + own.losses;
  return { ...own, pct: n ? Math.floor((2000 * own.wins + n) / (2 * n)) / 10 : null };
}

function monday(date) {
  const day = new Date(`${date}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}

const COLUMNS = ["Player", "Pick", "Book and price", "Model", "Probability", "Data", "Result"];

function rows(entry, date) {
  const reason = el("p", {});
  if (!entry) {
    return {
      node: el("div", { class: "empty" }, el("p", { class: "empty-title" }, "Nothing was published for this date"), reason),
      complete: async () => { reason.textContent = unpublished(await maybe(`predictions/${date}.json`)); },
    };
  }
  if (!entry.picks.length) {
    return {
      node: el("div", { class: "empty" }, el("p", { class: "empty-title" }, "No pick in this subset"), reason),
      complete: (details, group) => { reason.textContent = details?.groups.find((item) => item.id === group)?.reason ?? "The reason was not published."; },
    };
  }
  const made = entry.picks.map((pick) => row(pick, date));
  const body = el("tbody", { role: "rowgroup" }, made.slice(0, FIRST_ROWS).map((item) => item.node));
  const more = (from) => requestAnimationFrame(() => {
    body.append(...made.slice(from, from + MORE_ROWS).map((item) => item.node));
    if (from + MORE_ROWS < made.length) more(from + MORE_ROWS);
  });
  if (made.length > FIRST_ROWS) more(FIRST_ROWS);
  const counts = tally(entry.picks.map((pick) => pick.result));
  const head = el("tr", { role: "row" }, COLUMNS.map((name) => el("th", { role: "columnheader", scope: "col" }, name)));
  const open = counts.open ? `, ${plural(counts.open, "pick")} not graded` : "";
  const voids = counts.voids ? `, ${counts.voids} void` : "";
  const node = el("div", {},
    el("h2", { class: "list-head" }, plural(entry.picks.length, "pick"),
      el("span", { class: "muted" }, counts.open === entry.picks.length ? " not graded yet" : ` · this day ${score(counts)}${voids}${open}`)),
    el("table", { class: "picks", role: "table", "aria-label": "Picks" }, el("thead", { role: "rowgroup" }, head), body));
  const complete = (details, group, bins) => {
    const found = new Map((details?.bets ?? []).map((bet) => [`${bet.player}|${bet.team}`, bet]));
    const mixed = new Set([...found.values()].map((bet) => bet.kind)).size > 1;
    made.forEach((item, index) => item.complete(found.get(`${entry.picks[index].player}|${entry.picks[index].team}`), mixed, bins));
  };
  return { node, complete };
}

function unpublished(predictions) {
  if (!predictions) return "No games were scheduled, or the date is outside the published seasons.";
  const players = predictions.games.flatMap((game) => game.players);
  if (!players.length) return predictions.reason ?? "No player has a prediction.";
  return players.some((player) => player.line !== null)
    ? `${plural(players.length, "prediction")} exist; nothing is published for this date yet.`
    : `${plural(players.length, "prediction")} exist; none of them has a line yet.`;
}

function row(pick, date) {
  const name = el("span", { class: "name" }, pick.player), why = el("span", { class: "sub why" }, "\u00a0");
  const market = el("td", { role: "cell", class: "market" }, el("span", {}, "…"), el("span", { class: "sub" }, "\u00a0"));
  const chance = el("td", { role: "cell", class: "chance" }, "…"), data = el("td", { role: "cell", class: "data" }, "…");
  const edge = Math.abs(pick.prediction - pick.line);
  const edgeCell = el("span", { class: "sub" }, `${one(edge)} ${pick.direction === "OVER" ? "above" : "below"} the line`);
  const node = el("tr", { role: "row", class: ["hit", "miss", "push", "void"].includes(pick.result) ? pick.result : null },
    el("td", { role: "cell", class: "who" }, name, el("span", { class: "teams" }, `${pick.team} v ${pick.opponent}`), why),
    el("td", { role: "cell", class: "pick" }, el("strong", {}, `${pick.direction} ${one(pick.line)}`), el("span", { class: "sub" }, "points")),
    market,
    el("td", { role: "cell", class: "model" }, el("span", {}, one(pick.prediction)), edgeCell),
    chance, data,
    el("td", { role: "cell", class: "result-cell" }, resultBadge(pick.result), el("span", { class: "sub" }, scored(pick))));
  const complete = (bet, mixed, bins) => {
    if (!bet) {
      replace(market, el("span", { class: "muted" }, "not published"), el("span", { class: "sub" }, "\u00a0"));
      replace(chance, "–");
      replace(data, "–");
      return;
    }
    replace(name, playerLink(bet.id, bet.player));
    replace(market, el("span", {}, book(bet.book), " ", el("b", {}, price(bet.price) ?? "no price")),
      el("span", { class: "sub" }, mixed && [kindBadge(bet.kind), " "], bet.seen_at ? `seen ${at(bet.seen_at)}` : "time unknown"));
    replace(chance, chanceOf(bet), calibrated(bet, bins));
    replace(data, el("button", {
      type: "button", class: `tier ${tierClass(bet.quality.tier)}`, "aria-haspopup": "dialog",
      "aria-label": `Data quality ${bet.quality.tier}, ${one(bet.quality.score)} of 100: show the features of ${bet.player}`,
      onclick: () => openQuality(date, bet),
    }, el("span", {}, bet.quality.tier), el("span", { class: "tier-score" }, Math.round(bet.quality.score))));
    why.textContent = reasons(bet);
  };
  return { node, complete };
}

const SOURCES = { calibrated: "", market: " (market)" };
const chanceOf = (bet) => el("span", {}, bet.probability === null ? "unknown" : `${percent(bet.probability)} ${bet.direction.toLowerCase()}${SOURCES[bet.probability_source] ?? ""}`);

/** The share of this season's predictions with a similar probability that came true, as a 95 % interval, and their number. */
function calibrated({ probability, direction, probability_source: stated }, bins) {
  if (probability === null) return el("span", { class: "sub" }, "no prices, no calibrator");
  if (!bins) return el("span", { class: "sub" }, "\u00a0");
  const over = direction === "OVER" ? probability : 100 - probability;
  const bin = bins.find(({ source, low, high }) => source === stated && low <= over && (over < high || high === 100));
  if (!bin) return el("span", { class: "sub" }, "none graded yet");
  const bounds = direction === "OVER" ? [bin.interval_low, bin.interval_high] : [100 - bin.interval_high, 100 - bin.interval_low];
  const span = bounds.map((bound) => Math.round(bound)).join("–");
  const title = `Of the ${whole(bin.n)} graded predictions of this season with such a probability, ${span} % came true (95 % interval, BACKTEST)`;
  return el("span", { class: "sub", title }, "came true ", el("span", {}, `${span} %, `), el("span", {}, `n ${whole(bin.n)}`));
}

function scored(pick) {
  if (pick.result === "void") return "did not play";
  return pick.actual === null ? "\u00a0" : `${pick.actual} points`;
}

function reasons({ form }) {
  const parts = [["5", form.last_5], ["10", form.last_10], ["season", form.season]].filter(([, value]) => value !== null);
  return parts.length ? `avg of ${parts.map(([name, value]) => `${name}: ${one(value)}`).join(" · ")}` : "no averages yet";
}

function foot(date, files) {
  return el("p", { class: "note" }, date && [jsonLink(`picks/${date}.json`, "This date as JSON"), " · ",
    jsonLink(`best-bets/${date}.json`, "with books and prices"), " · "],
  jsonLink(files.path, `Season ${files.subsets.season} as JSON`), " · ", el("a", { href: `#/quality/${date ?? ""}` }, "Data quality of this date"), el("br", {}),
  "Probability: of the side picked, given no push; calibrated on earlier dates, or (market) from the book’s two prices without its margin. ",
  "“came true”: the share of this season’s graded predictions with a similar probability that came true, as a 95 % interval (BACKTEST). “avg of 5”: mean points of the player’s last 5 games.");
}

/** Fetch the files of the previous and the next date in advance. */
function ahead(days, date) {
  const place = days.findIndex((day) => day.date === date);
  if (place < 0) return;
  const near = [days[place - 1], days[place + 1]].filter(Boolean);
  (globalThis.requestIdleCallback ?? setTimeout)(() => near.forEach((day) => { maybe(`best-bets/${day.date}.json`); maybe(`picks/${day.date}.json`); }));
}

function keepFocus(box, act) {
  const key = box.contains(document.activeElement) ? document.activeElement.dataset.key ?? document.activeElement.id : null;
  act();
  if (key) (box.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? document.getElementById(key))?.focus({ preventScroll: true });
}
