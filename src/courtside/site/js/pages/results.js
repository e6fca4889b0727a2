// Results: one headline, cumulative hit rate and units, then by month, side, edge and book; models behind a switch.
import { href } from "../address.js";
import { maybe, seasonFiles, titledUnit, unit } from "../data.js";
import { chart, el, replace, table } from "../dom.js";
import { lines } from "../charts.js";
import { BREAK_EVEN, book, interval, monthName, one, percent, plural, score, shortDate, signed, whole, wilson } from "../format.js";
import { empty, intervalBar, intoView, jsonLink, keepFocus, kindBadge, note, onlyKind, panel, staleNotice, tabs } from "../parts.js";
import { calibrations, models } from "./models.js";

const LEAST_SHOWN = 10;
const RECENT_DAYS = 14;

export async function results(main, [wantedGroup, wantedSeason], isCurrent) {
  const [files, performance] = await Promise.all([seasonFiles(null, wantedSeason), maybe("systems/performance.json")]);
  const closing = await maybe(files.path.replace("subsets/", "prices/"));
  if (!isCurrent()) return;
  const record = files.results;
  const season = files.subsets.season;
  document.title = `Results ${season} · Courtside`;
  const head = el("div", { class: "page-head" }, el("h1", {}, "Results"),
    el("p", { class: "meta" }, `Season ${season}${record?.through ? ` through ${shortDate(record.through)}` : ""}`, seasonLinks(files.status, season, wantedGroup)));
  if (!record || record.groups.every((group) => !group.tallies.length)) {
    replace(main, head, empty("No pick of this season has been graded", record ? "Grades come with the final box scores, the morning after a game." : "The record file has not been published."), calibrations(performance), models(performance));
    return;
  }
  const group = record.groups.find((item) => item.id === wantedGroup) ?? record.groups.find((item) => item.id === "8") ?? record.groups[0];
  const ordered = [...record.groups.filter((item) => item.id === "8"), ...record.groups.filter((item) => item.id !== "8")];
  keepFocus(main, () => replace(main, head, staleNotice(files.status, [files.path, files.path.replace("subsets/", "results/"), "systems/performance.json"]),
    el("div", { class: "tabs-box" }, tabs("Subsets", ordered.map((item) => ({ id: item.id, label: item.name, href: href(["results", item.id, season]) })), group.id)),
    el("div", { role: "tabpanel", id: "panel", "aria-labelledby": `tab-${group.id}` },
      headline(group, closing?.groups.find((item) => item.id === group.id)?.values ?? []),
      el("div", { class: "columns" }, panel("Cumulative hit rate", history(group)), panel("Cumulative units", units(group))),
      el("div", { class: "columns" },
        el("div", {}, panel(["By month ", onlyKind(group.tallies)], split(group, "months", "Month", (item) => monthName(item.month))),
          panel(["By side ", onlyKind(group.tallies)], split(group, "sides", "Side", (item) => item.direction))),
        el("div", {}, panel(["By edge ", onlyKind(group.tallies)], split(group, "edges", `${titledUnit()} from the line`, edgeName)),
          panel(["By book ", onlyKind(group.tallies)], split(group, "books", "Book", (item) => book(item.book))))),
      panel("Last graded dates", recent(group))),
    panel(["Every subset ", allKind(record)], every(record)),
    calibrations(performance), models(performance),
    el("div", { class: "foot" }, note(jsonLink(files.path.replace("subsets/", "results/"), "Record as JSON"), " · ", jsonLink("systems/performance.json", "Models as JSON"), " · ", jsonLink("subsets/performance.json", "7 and 30 days as JSON")))));
  intoView(main);
}

/** A link to each season; nothing where there is no other season. */
function seasonLinks(status, season, group) {
  const seasons = status?.seasons ?? [];
  return seasons.every((item) => item.season === season) ? [] : [" · ", seasons.map((item) => [
    item.season === season ? el("strong", {}, item.season) : el("a", { href: href(["results", group ?? "8", item.season]) }, item.season), " "])];
}

/** The record of a subset in one line for each kind of pick: record, hit rate with interval, units, closing-line value. */
function headline(group, closing) {
  if (!group.tallies.length) return empty(`${group.name} has no graded pick this season`);
  return el("section", { class: "headline", "aria-label": `Record of ${group.name}` }, group.tallies.map((own) => el("p", {},
    kindBadge(own.kind), " ", el("strong", { class: "big" }, score(own)), " ", el("strong", { class: "big" }, percent(own.pct)), " ",
    el("strong", { class: `big ${own.units < 0 ? "lost" : "won"}` }, `${signed(own.units)} units`), " ",
    el("span", { class: "muted" }, own.low === null ? "" : `95 % interval ${interval(own.low, own.high)}, n ${whole(own.n)}`),
    el("span", { class: "sentence" }, verdict(own), clv(closing.find((item) => item.kind === own.kind))))));
}

/** The mean movement of the line toward the picks, with its interval. */
function clv(value) {
  if (!value || value.line.mean === null) return "";
  const { mean, low, high, n } = value.line;
  const bounds = low === null ? "" : ` (${signed(low, 2)} to ${signed(high, 2)})`;
  return ` Closing-line value: the line moved ${signed(mean, 2)} ${unit()} toward the picks on average${bounds}, n ${whole(n)}.`;
}

function verdict(own) {
  if (own.low === null) return "No win or loss yet.";
  if (own.low > BREAK_EVEN) return `The interval lies above break-even at −110 (${BREAK_EVEN} %).`;
  if (own.high < BREAK_EVEN) return `The interval lies below break-even at −110 (${BREAK_EVEN} %).`;
  return `The interval includes break-even at −110 (${BREAK_EVEN} %): the hit rate does not differ from it beyond chance.`;
}

const KINDS = ["LIVE", "BACKTEST"];
const daysOf = (group, kind) => new Map(group.days.filter((day) => day.kind === kind).map((day) => [day.date, day]));
const legend = (series) => el("p", { class: "legend" }, series.map((item) => [el("span", { class: `key ${item.name}` }), `${item.kind} n ${whole(item.n)} `]));

function history(group) {
  const dates = [...new Set(group.days.map((day) => day.date))];
  const series = KINDS.map((kind) => {
    const own = daysOf(group, kind);
    let wins = 0, losses = 0;
    const values = [], bands = [];
    for (const date of dates) {
      wins += own.get(date)?.wins ?? 0;
      losses += own.get(date)?.losses ?? 0;
      const isShown = wins + losses >= LEAST_SHOWN && own.size > 0;
      values.push(isShown ? (100 * wins) / (wins + losses) : null);
      bands.push(isShown ? wilson(wins, losses) : null);
    }
    return { name: kind.toLowerCase(), kind, values, bands, wins, losses, n: wins + losses };
  }).filter((item) => item.n > 0);
  const summary = series.map((item) => `${item.kind} ends at ${percent((100 * item.wins) / item.n)} of ${item.n}`).join(", ");
  if (series.every((item) => item.n < LEAST_SHOWN)) return empty(`Fewer than ${LEAST_SHOWN} graded picks`, summary);
  const tips = dates.map((date, index) => `${shortDate(date)}: ${series.filter((item) => item.values[index] !== null).map((item) => `${item.kind} ${percent(item.values[index])} (${interval(item.bands[index].low, item.bands[index].high)})`).join(", ") || "fewer than 10 graded"}`);
  return [legend(series), chart(`Cumulative hit rate against ${BREAK_EVEN} %: ${summary}`, 220, (width, height) => lines(width, height, {
    y: [30, 80], ticks: [30, 40, 50, 60, 70, 80], unit: "%", labels: dates.map(shortDate), series, tips, marks: [{ at: BREAK_EVEN, label: `${BREAK_EVEN} %` }],
  })), note("Cumulative, from the tenth graded pick on, with its 95 % interval.")];
}

function units(group) {
  const dates = [...new Set(group.days.map((day) => day.date))];
  if (!dates.length || group.days.some((day) => day.units === undefined)) return empty("Nothing graded yet");
  const series = KINDS.map((kind) => {
    const own = daysOf(group, kind);
    let total = 0;
    return { name: kind.toLowerCase(), kind, n: [...own.values()].reduce((sum, day) => sum + day.wins + day.losses, 0), values: dates.map((date) => { total += own.get(date)?.units ?? 0; return own.size ? total : null; }) };
  }).filter((item) => item.n > 0);
  const all = series.flatMap((item) => item.values);
  const step = niceStep(Math.max(0, ...all) - Math.min(0, ...all));
  const low = Math.floor(Math.min(0, ...all) / step) * step, high = Math.ceil(Math.max(0.1, ...all) / step) * step;
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, index) => low + index * step);
  const tips = dates.map((date, index) => `${shortDate(date)}: ${series.map((item) => `${item.kind} ${signed(item.values[index])} units`).join(", ")}`);
  const ends = series.map((item) => `${item.kind} ends at ${signed(item.values.at(-1))}`).join(", ");
  return [legend(series), chart(`Cumulative units: ${ends}`, 220, (width, height) => lines(width, height, {
    y: [low, high], ticks, labels: dates.map(shortDate), series, tips, marks: [{ at: 0, label: "" }],
  })), note("Gain or loss with one unit staked on each pick, at its price or at −110 without a price.")];
}

/** A round distance between about four ticks. */
function niceStep(span) {
  const raw = Math.max(span, 1) / 4, power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= raw);
}

const number = (label, hint) => ({ label, hint, number: true });
const rateColumns = [number("W–L–P"), number("Hit rate"), number("Units"), number("n"), number("95 % interval"), "Against 52.38 %", number("Return", "Units won per unit staked")];
const rate = (own) => [score(own), percent(own.pct), signed(own.units), whole(own.n), own.low === null ? "–" : interval(own.low, own.high), intervalBar(own.wins, own.losses), own.roi === null ? "–" : `${signed(own.roi)} %`];

function split(group, part, label, name) {
  const rows = (group[part] ?? []).flatMap((item) => item.tallies.map((own) => [[name(item), " ", !onlyKind(group.tallies) && kindBadge(own.kind)], ...rate(own).slice(0, 5)]));
  return rows.length ? table(`Record by ${part === "sides" ? "side" : part.slice(0, -1)}`, [label, ...rateColumns.slice(0, 5)], rows, { class: "sticky" }) : empty("Nothing graded yet");
}

const edgeName = ({ low, high }) => (high === null ? `${one(low)} or more` : `${one(low)} to ${one(high - 0.1)}`);
const allKind = (record) => onlyKind(record.groups.flatMap((group) => group.tallies));

function every(record) {
  const rows = record.groups.flatMap((group) => (group.tallies.length
    ? group.tallies.map((own) => [[group.name, " ", !allKind(record) && kindBadge(own.kind)], ...rate(own)])
    : [[group.name, "none", "–", "–", "0", "–", "", "–"]]));
  return [table("Record by subset", ["Subset", ...rateColumns], rows, { class: "sticky" }),
    note("Units: gain or loss with one unit staked on each pick, at its price or at −110 without a price. A pick can be in several subsets.")];
}

function recent(group) {
  const days = group.days.slice(-RECENT_DAYS).reverse();
  if (!days.length) return empty("Nothing graded yet");
  return table("Last graded dates", ["Date", number("W–L–P"), number("Units"), number("Void"), "Kind"], days.map((day) => [
    el("a", { href: href(["picks", group.id, day.date]) }, shortDate(day.date)), score(day), signed(day.units ?? null), plural(day.voids, "pick"), kindBadge(day.kind)]), { class: "tall" });
}
