// Picks: a tab for each subset and one for all predictions, one date at a time, from the season file in memory.
import { href } from "../address.js";
import { fileAddress, maybe, seasonFiles, unit } from "../data.js";
import { el, replace } from "../dom.js";
import { atOn, atWithYear, isDate, longDate, plural } from "../format.js";
import { asQuery, choices, toolbar } from "../list.js";
import { intoView, jsonLink, keepFocus, kindBadge, note, signalBadge, signalText, staleNotice, tabs } from "../parts.js";
import { record } from "../record.js";
import { strip } from "../strip.js";
import { slate } from "./slate.js";
import { subset } from "./subset.js";

const DETAILS_MS = 400;
export const EVERYTHING = "all";

export async function picks(main, [wanted, wantedDate], isCurrent, query) {
  const requested = isDate(wantedDate) ? wantedDate : null;
  if (requested) for (const folder of ["picks", "best-bets"]) maybe(`${folder}/${requested}.json`);
  const [files, definitions] = await Promise.all([seasonFiles(requested), maybe("systems/subsets.json")]);
  if (!isCurrent()) return;
  const { groups } = files.subsets;
  const date = requested ?? newestWithPicks(groups) ?? groups[0]?.dates[0]?.date ?? null;
  const isEverything = wanted === EVERYTHING;
  const group = groups.find((item) => item.id === wanted) ?? groups.find((item) => item.id === "8") ?? groups[0];
  const entry = group.dates.find((item) => item.date === date) ?? null;
  const chosen = choices(query);
  const to = (id, day) => href(["picks", id, day], asQuery(chosen));
  const shown = isEverything ? EVERYTHING : group.id;
  const page = skeleton(main);
  page.change = (now) => {
    history.replaceState(null, "", href(["picks", shown, date], asQuery(now)));
    dispatchEvent(new Event("hashchange"));
  };
  const title = isEverything ? "All predictions" : group.name;
  document.title = `${title} · ${date ? longDate(date) : "no dates"} · Courtside`;
  replace(page.title, date ? longDate(date) : "Picks");
  replace(page.notice, staleNotice(files.status, [files.path, `picks/${date}.json`, `best-bets/${date}.json`]));
  keepFocus(page.strip, () => replace(page.strip, date && strip(group.dates, date, (day) => to(shown, day))));
  keepFocus(page.tabs, () => replace(page.tabs, tabs("Subsets", tabItems(groups, date, to), shown)));
  intoView(page.tabs);
  page.panel.setAttribute("aria-labelledby", `tab-${shown}`);
  if (!date) return replace(page.list, note("Nothing is published yet."));
  const own = await maybe(`picks/${date}.json`);
  const later = maybe(`best-bets/${date}.json`);
  const [details, performance] = await Promise.all([Promise.race([later, wait(DETAILS_MS)]), maybe("systems/performance.json")]);
  if (!isCurrent()) return undefined;
  const ofGroup = (document) => document?.groups.find((item) => item.id === group.id);
  const parts = { date, group, groups, entry, details, to, files };
  const draw = isEverything ? await slate(page.list, parts) : subset(page.list, parts);
  if (!isCurrent()) return undefined;
  replace(page.about, isEverything
    ? note("Every player of the slate with a prediction, whether or not it became a pick. A blocked player has no side; the reason is shown.")
    : [note(ofGroup(definitions)?.description ?? "\u00a0", entry && el("span", { class: "wide" }, " ", signalText(entry.signal))), record(date, group, ofGroup(own)?.record, ofGroup(files.results)?.days ?? [])]);
  replace(page.foot, foot(date, files));
  page.bar.node.hidden = draw.rows.length < 2;
  const complete = (found) => draw.complete?.(found, found && isNewest(files, performance, found) ? performance.calibration : null);
  complete(details);
  page.bar.update(chosen, draw.rows);
  draw.show(chosen);
  replace(page.meta, meta(details, files.subsets, entry));
  ahead(group.dates, date);
  const published = await maybe(`publications/${date}.json`);
  const found = details ?? await later;
  if (!isCurrent()) return undefined;
  if (!details && found) {
    complete(found);
    page.bar.update(chosen, draw.rows);
    draw.show(chosen);
  }
  replace(page.meta, [meta(found, files.subsets, entry), changed(published)]);
  return undefined;
}

const wait = (time) => new Promise((resolve) => { setTimeout(resolve, time, null); });
const isNewest = (files, performance, details) => performance && files.path === "subsets/season.json" && performance.model === details.model;

function skeleton(main) {
  if (main.picksPage && main.contains(main.picksPage.panel)) return main.picksPage;
  const page = {};
  const part = (name, tag, props) => { page[name] = el(tag, props); return page[name]; };
  page.bar = toolbar((now) => page.change(now));
  page.bar.node.hidden = true;
  replace(main,
    el("div", { class: "page-head" }, part("title", "h1", {}), part("meta", "p", { class: "meta" })),
    part("notice", "div", {}),
    part("strip", "div", { class: "strip-box" }),
    part("tabs", "div", { class: "tabs-box" }),
    el("div", { role: "tabpanel", id: "panel" }, part("about", "div", { class: "record-box" }), page.bar.node, part("list", "div", {})),
    part("foot", "div", { class: "foot" }));
  page.panel = main.querySelector("#panel");
  main.picksPage = page;
  return page;
}

const newestWithPicks = (groups) => groups.flatMap((group) => group.dates.filter((day) => day.picks.length).slice(0, 1)
  .map((day) => day.date)).sort().at(-1);
const countOn = (group, date) => group.dates.find((day) => day.date === date)?.picks.length ?? 0;

/** All Picks and all predictions first, then the subsets: what most readers look for is in view. */
function tabItems(groups, date, to) {
  const [every, others] = [groups.filter((item) => item.id === "8"), groups.filter((item) => item.id !== "8")];
  const item = (group) => ({ id: group.id, label: group.name, href: to(group.id, date), count: countOn(group, date) });
  return [...every.map(item), { id: EVERYTHING, label: "All predictions", href: to(EVERYTHING, date) }, ...others.map(item)];
}

function meta(details, season, entry) {
  const made = details?.generated_at ?? season.generated_at;
  const mixed = new Set(details?.bets.map((bet) => bet.kind) ?? []);
  return [
    details && (mixed.size > 1 ? [kindBadge("LIVE"), " and ", kindBadge("BACKTEST")] : kindBadge([...mixed][0] ?? details.kind)), " ",
    entry && [signalBadge(entry.signal), " "], entry && details?.model && el("span", { class: "wide" }, `Model ${details.model} · `),
    `as of ${entry && made.startsWith(entry.date.slice(0, 4)) ? atOn(made, entry.date) : atWithYear(made)}`,
  ];
}

/** The time and reason of the last change of a date's published picks, with a link to every version. */
function changed(published) {
  const last = published?.versions.at(-1);
  if (!last || last.version === 1) return null;
  return el("span", { class: "changed" }, ` · changed at ${atWithYear(last.published_at)}, version ${last.version}: ${last.reason} · `,
    jsonLink(`publications/${published.date}.json`, "every version as JSON"));
}

function foot(date, files) {
  return el("p", { class: "note" }, jsonLink(`picks/${date}.json`, "This date as JSON"), " · ",
    jsonLink(`best-bets/${date}.json`, "with books and prices"), " · ",
    jsonLink(files.path, `Season ${files.subsets.season} as JSON`), " · ", unit() === "points" && [el("a", { href: fileAddress("feed.xml") }, "Feed of picks"), " · "],
    el("a", { href: `#/quality/${date}` }, "Data quality of this date"), el("br", {}),
    "Probability: of the side picked, given no push; calibrated on earlier dates, or (market) from the book’s two prices without its margin. ",
    "“came true”: the share of this season’s graded predictions with a similar probability that came true, as a 95 % interval (BACKTEST). ",
    `Bars: his last ${plural(10, "game")}, oldest first; green where the side picked would have won at today’s line.`);
}

/** Fetch the files of the previous and the next date in advance. */
function ahead(days, date) {
  const place = days.findIndex((day) => day.date === date);
  if (place < 0) return;
  const near = [days[place - 1], days[place + 1]].filter(Boolean);
  (globalThis.requestIdleCallback ?? setTimeout)(() => near.forEach((day) => { maybe(`best-bets/${day.date}.json`); maybe(`picks/${day.date}.json`); }));
}
