// Calibration with a sentence that reads it, and the models beside the line behind a switch.
import { chart, el, table } from "../dom.js";
import { calibration } from "../charts.js";
import { unit } from "../data.js";
import { interval, one, percent, plural, whole } from "../format.js";
import { empty, kindBadge, note, panel } from "../parts.js";

const SOURCES = { calibrated: "the model’s probability and the observed share", market: "the market’s probability and the observed share" };
const number = (label, hint) => ({ label, hint, number: true });

export function calibrations(performance) {
  if (!performance) return null;
  return Object.entries(SOURCES).map(([source, name]) => [name, performance.calibration.filter((bin) => bin.source === source)])
    .filter(([, bins], index) => bins.length || index === 0)
    .map(([name, bins]) => panel([`Calibration: ${name} `, kindBadge("BACKTEST")], bins.length ? kept(bins) : empty("No graded prediction has a calibrated probability yet")));
}

/** What the chart says, in a sentence: the mean distance, and the bins whose interval misses what was stated. */
export function reading(bins) {
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  const distance = bins.reduce((sum, bin) => sum + bin.n * Math.abs(bin.mean_probability - bin.over_pct), 0) / n;
  const off = bins.filter((bin) => bin.mean_probability < bin.interval_low || bin.mean_probability > bin.interval_high);
  const largest = bins.reduce((a, b) => (b.n > a.n ? b : a));
  const misses = off.length
    ? ` Outside its interval: ${off.map((bin) => `${bin.low}–${bin.high} % (stated ${one(bin.mean_probability)}, went over ${one(bin.over_pct)})`).join(", ")}.`
    : " Every bin’s interval includes what was stated.";
  return `On average the stated probability of over is ${one(distance)} percentage points from the observed share (${plural(n, "prediction")}). `
    + `The largest bin states ${percent(largest.mean_probability)}; ${percent(largest.over_pct)} went over.${misses}`;
}

function kept(bins) {
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  return [
    el("p", { class: "sentence" }, reading(bins)),
    el("details", {}, el("summary", {}, "Chart and table"), el("div", { class: "columns" },
      chart(`Stated probability of over and observed share of over, ${plural(n, "prediction")}`, 260, (width, height) => calibration(width, height, bins)),
      table("Calibration", ["Stated, %", number("Mean"), number("Over"), number("95 % interval"), number("n")],
        bins.map((bin) => [`${bin.low}–${bin.high}`, percent(bin.mean_probability), percent(bin.over_pct), interval(bin.interval_low, bin.interval_high), whole(bin.n)]))),
    note("Horizontal axis: stated probability of over, in %. Vertical axis: observed share of over, with its 95 % interval. Larger dots stand for more predictions. Dots on the diagonal are perfectly calibrated.")),
  ];
}

export function models(performance) {
  if (!performance) return panel("Models and the line", empty("No figures of the models have been published"));
  const names = { last_7_days: "7 days", last_30_days: "30 days", season: "Season" };
  const champion = performance.windows.season.models.find((model) => model.is_champion);
  const rows = Object.entries(names).flatMap(([key, name]) => performance.windows[key].models.map((model) => [
    [name, " ", model.is_champion ? el("strong", {}, model.model) : model.model], whole(model.predictions), figure(model.mae), sign(model.bias), whole(model.n_with_line),
    figure(model.mae_beside_line), el("strong", {}, figure(model.line_mae)), sign(model.line_bias), percent(model.sides.pct),
    model.sides.low === null ? "–" : `${interval(model.sides.low, model.sides.high)}, n ${whole(model.sides.n)}`]));
  return panel(["Models and the line ", kindBadge("BACKTEST")],
    champion && el("p", { class: "sentence" }, comparison(champion)),
    el("details", {}, el("summary", {}, `Every model: ${plural(rows.length / 3, "model")} over 7 days, 30 days and the season`),
      table("Models and the line", ["Window and model", number("Games"), number("MAE", `Mean absolute error in ${unit()}`), number("Bias", "Mean of prediction minus result"),
        number("With line"), number("MAE there"), number("Line’s MAE", "The line's own mean absolute error on the same games"), number("Line’s bias"), number("Hit rate of its side"), number("95 % interval")], rows, { class: "sticky" }),
      note(`The champion, ${performance.model}, is in bold. Errors are in ${unit()}; those of the line are over the same games.`)));
}

function comparison(model) {
  if (model.mae_beside_line === null) return `The champion ${model.model} has no graded prediction with a line yet.`;
  const distance = model.mae_beside_line - model.line_mae;
  const compared = Math.abs(distance) < 0.005 ? "equal to" : `${Math.abs(distance).toFixed(2)} ${unit()} ${distance > 0 ? "larger than" : "smaller than"}`;
  return `The error of the champion ${model.model} is ${model.mae_beside_line.toFixed(2)} ${unit()}, ${compared} the line’s ${model.line_mae.toFixed(2)} on the same ${whole(model.n_with_line)} games of this season.`;
}

const figure = (value) => (value === null ? "–" : value.toFixed(2));
const sign = (value) => (value === null ? "–" : `${value > 0 ? "+" : ""}${value.toFixed(2).replace("-", "−")}`);
