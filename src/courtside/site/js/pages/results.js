// Results and record: hit rates by subset, side and month, calibration, and errors of the models and the line.
import { maybe, seasonFiles } from "../data.js";
import { chart, el, replace, table } from "../dom.js";
import { calibration, lines } from "../charts.js";
import { BREAK_EVEN, interval, percent, plural, score, shortDate, signed, whole, wilson } from "../format.js";
import { empty, intervalBar, intoView, jsonLink, kindBadge, note, onlyKind, panel, staleNotice, tabs } from "../parts.js";

const LEAST_SHOWN = 10;
const RECENT_DAYS = 14;

export async function results(main, [wantedGroup, wantedSeason], isCurrent) {
  const [files, performance] = await Promise.all([seasonFiles(null, wantedSeason), maybe("systems/performance.json")]);
  if (!isCurrent()) return;
  const record = files.results;
  const season = files.subsets.season;
  document.title = `Results ${season} · Courtside`;
  const head = el("div", { class: "page-head" }, el("h1", {}, "Results and record"),
    el("p", { class: "meta" }, `Season ${season}${record?.through ? ` through ${shortDate(record.through)}` : ""} · `,
      seasonLinks(files.status, season, wantedGroup)));
  if (!record || record.groups.every((group) => !group.tallies.length)) {
    replace(main, head, empty("No pick of this season has been graded", record ? null : "The record file has not been published."), models(performance));
    return;
  }
  const group = record.groups.find((item) => item.id === wantedGroup) ?? record.groups.find((item) => item.id === "8") ?? record.groups[0];
  const focused = main.contains(document.activeElement) ? document.activeElement.id : "";
  replace(main, head, staleNotice(files.status, [files.path, files.path.replace("subsets/", "results/"), "systems/performance.json"]),
    el("div", { class: "tabs-box" }, tabs("Subsets", record.groups.map((item) => ({ id: item.id, label: item.name, href: `#/results/${item.id}/${season}` })), group.id)),
    el("div", { role: "tabpanel", id: "panel", "aria-labelledby": `tab-${group.id}` },
      panel(`${group.name}: cumulative hit rate`, history(group), note("Cumulative hit rate of the published picks from the tenth graded on, with its 95 % interval; LIVE and BACKTEST are counted separately.")),
      el("div", { class: "columns" }, el("div", {}, panel(["By side ", onlyKind(group.tallies)], sides(group)), panel(["By month ", onlyKind(group.tallies)], months(group))),
        panel("Last graded dates", recent(group)))),
    panel(["Every subset ", allKind(record)], every(record)),
    models(performance),
    el("div", { class: "foot" }, note(jsonLink(files.path.replace("subsets/", "results/"), "Record as JSON"), " · ", jsonLink("systems/performance.json", "Models as JSON"), " · ", jsonLink("subsets/performance.json", "7 and 30 days as JSON"))));
  intoView(main);
  if (focused) document.getElementById(focused)?.focus();
}

const seasonLinks = (status, season, group) => (status?.seasons ?? []).map((item) => [
  item.season === season ? el("strong", {}, item.season) : el("a", { href: `#/results/${group ?? "8"}/${item.season}` }, item.season), " "]);

function history(group) {
  if (!group.days.length) return empty("Nothing graded yet in this subset");
  const dates = [...new Set(group.days.map((day) => day.date))];
  const series = ["LIVE", "BACKTEST"].map((kind) => {
    const own = new Map(group.days.filter((day) => day.kind === kind).map((day) => [day.date, day]));
    let wins = 0, losses = 0;
    const values = [], bands = [];
    for (const date of dates) {
      wins += own.get(date)?.wins ?? 0;
      losses += own.get(date)?.losses ?? 0;
      const isShown = wins + losses >= LEAST_SHOWN && own.size > 0;
      values.push(isShown ? (100 * wins) / (wins + losses) : null);
      bands.push(isShown ? wilson(wins, losses) : null);
    }
    return { name: kind.toLowerCase(), kind, values, bands, wins, losses };
  }).filter((item) => item.wins + item.losses > 0);
  const summary = series.map((item) => `${item.kind} ends at ${percent((100 * item.wins) / (item.wins + item.losses))} of ${item.wins + item.losses}`).join(", ");
  if (series.every((item) => item.wins + item.losses < LEAST_SHOWN)) return empty(`Fewer than ${LEAST_SHOWN} graded picks`, summary);
  return [
    el("p", { class: "legend" }, series.map((item) => [el("span", { class: `key ${item.name}` }), `${item.kind} n ${whole(item.wins + item.losses)} `])),
    chart(`Cumulative hit rate against ${BREAK_EVEN} %: ${summary}`, 240, (width, height) => lines(width, height, {
      y: [30, 80], ticks: [30, 40, 50, 60, 70, 80], unit: "%", labels: dates.map(shortDate), series,
      marks: [{ at: BREAK_EVEN, label: `${BREAK_EVEN} %` }],
    })),
  ];
}

const rateColumns = [{ label: "W–L–P", number: true }, { label: "Hit rate", number: true }, { label: "n", number: true },
  { label: "95 % interval", number: true }, "Against 52.38 %", { label: "Units", number: true }, { label: "Return", number: true, hint: "Units won per unit staked" }];

const rate = (own) => [score(own), percent(own.pct), whole(own.n), own.low === null ? "–" : interval(own.low, own.high),
  intervalBar(own.wins, own.losses), signed(own.units), own.roi === null ? "–" : `${signed(own.roi)} %`];

function sides(group) {
  const rows = group.sides.flatMap((side) => side.tallies.map((own) => [[side.direction, " ", !onlyKind(group.tallies) && kindBadge(own.kind)], ...rate(own).slice(0, 4)]));
  return rows.length ? table("Record by side", ["Side", ...rateColumns.slice(0, 4)], rows) : empty("Nothing graded yet");
}

function months(group) {
  const rows = group.months.flatMap((month) => month.tallies.map((own) => [[month.month, " ", !onlyKind(group.tallies) && kindBadge(own.kind)], ...rate(own).slice(0, 4)]));
  return rows.length ? table("Record by month", ["Month", ...rateColumns.slice(0, 4)], rows) : empty("Nothing graded yet");
}

const allKind = (record) => onlyKind(record.groups.flatMap((group) => group.tallies));

function every(record) {
  const rows = record.groups.flatMap((group) => (group.tallies.length
    ? group.tallies.map((own) => [[group.name, " ", !allKind(record) && kindBadge(own.kind)], ...rate(own)])
    : [[group.name, "none", "–", "0", "–", "", "–", "–"]]));
  return [table("Record by subset", ["Subset", ...rateColumns], rows),
    note("Units: gain or loss with one unit staked on each pick, at its price or at −110 without a price. A pick can be in several subsets.")];
}

function recent(group) {
  const days = group.days.slice(-RECENT_DAYS).reverse();
  if (!days.length) return empty("Nothing graded yet");
  return table("Last graded dates", ["Date", { label: "W–L–P", number: true }, { label: "Void", number: true }, "Kind"], days.map((day) => [
    el("a", { href: `#/picks/${group.id}/${day.date}` }, shortDate(day.date)), score(day), whole(day.voids), kindBadge(day.kind)]));
}

function models(performance) {
  if (!performance) return panel("Models and the line", empty("Nothing about the models has been published"));
  const names = { last_7_days: "7 days", last_30_days: "30 days", season: "Season" };
  const rows = Object.entries(names).flatMap(([key, name]) => performance.windows[key].models.map((model) => [
    [name, " ", model.is_champion ? el("strong", {}, model.model) : model.model], whole(model.predictions), figure(model.mae), sign(model.bias), whole(model.n_with_line),
    figure(model.mae_beside_line), el("strong", {}, figure(model.line_mae)), sign(model.line_bias), percent(model.sides.pct),
    model.sides.low === null ? "–" : `${interval(model.sides.low, model.sides.high)}, n ${whole(model.sides.n)}`]));
  const number = (label, hint) => ({ label, hint, number: true });
  return [
    panel(["Models and the line ", kindBadge("BACKTEST")], table("Models and the line", ["Window and model", number("Games"), number("MAE", "Mean absolute error in points"), number("Bias", "Mean of prediction minus points"),
      number("With line"), number("MAE there"), number("Line’s MAE", "The line's own mean absolute error on the same games"), number("Line’s bias"), number("Hit rate of its side"), number("95 % interval")], rows),
    note(`The champion, ${performance.model}, is in bold. Errors are in points; those of the line are over the same games.`)),
    Object.entries(SOURCES).map(([source, name]) => [name, performance.calibration.filter((bin) => bin.source === source)])
      .filter(([, bins], index) => bins.length || index === 0)
      .map(([name, bins]) => panel([`Calibration: ${name} `, kindBadge("BACKTEST")], kept(bins))),
  ];
}

const SOURCES = { calibrated: "the model’s probability and the observed share", market: "the market’s probability and the observed share" };

function kept(bins) {
  if (!bins.length) return empty("No graded prediction has a calibrated probability yet");
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  return [
    el("div", { class: "columns" },
      chart(`Stated probability of over and observed share of over, ${plural(n, "prediction")}`, 280, (width, height) => calibration(width, height, bins)),
      table("Calibration", ["Stated, %", { label: "Mean", number: true }, { label: "Over", number: true }, { label: "95 % interval", number: true }, { label: "n", number: true }],
        bins.map((bin) => [`${bin.low}–${bin.high}`, percent(bin.mean_probability), percent(bin.over_pct), interval(bin.interval_low, bin.interval_high), whole(bin.n)]))),
    note(`Horizontal axis: stated probability of over, in %. Vertical axis: observed share of over, with its 95 % interval. Larger dots stand for more predictions (n ${whole(n)}). Dots on the diagonal are perfectly calibrated.`),
  ];
}

const figure = (value) => (value === null ? "–" : value.toFixed(2));
const sign = (value) => (value === null ? "–" : `${value > 0 ? "+" : ""}${value.toFixed(2).replace("-", "−")}`);
