// A pick as a card: player, side and line, book and price, probability, last games, reasons and result.
import { href } from "./address.js";
import { amount } from "./data.js";
import { el } from "./dom.js";
import { one, percent, whole } from "./format.js";
import { formBars, formWords } from "./form.js";
import { offer } from "./offer.js";
import { playerLink, resultBadge, tierClass } from "./parts.js";
import { why } from "./why.js";

const RESULTS = new Set(["hit", "miss", "push", "void"]);

/** A pick of the season file, with its details of `best-bets` where they are known (`bet`, else null). */
export function pickCard(pick, bet, { date, homes, bins, isMixed, tip }) {
  const edge = bet?.edge ?? Math.abs(pick.prediction - pick.line);
  return el("li", { class: `card ${RESULTS.has(pick.result) ? pick.result : ""}` },
    el("div", { class: "who" }, el("span", { class: "name" }, playerLink(bet?.id, pick.player)),
      el("span", { class: "teams" }, matchup(pick, homes)), tip && el("span", { class: "sub" }, tip)),
    el("div", { class: "pick" }, el("strong", {}, `${pick.direction} ${one(pick.line)}`), offer(bet, isMixed, date)),
    el("div", { class: "model" }, el("span", {}, one(pick.prediction)), " expected",
      el("span", { class: "sub" }, `${one(edge)} ${pick.direction === "OVER" ? "above" : "below"} the line`)),
    el("div", { class: "chance" }, bet ? [chanceOf(bet), cameTrue(bet, bins)] : "–"),
    el("div", { class: "form" }, bet && [formBars(bet.last_10, bet.line, bet.direction), el("span", { class: "sub" }, formWords(bet.last_10, bet.line, bet.direction))]),
    el("div", { class: "result-cell" }, resultBadge(pick.result), scored(pick) && el("span", { class: "sub" }, scored(pick))),
    bet && el("p", { class: "why" }, why(bet), " ",
      el("a", { class: "behind", href: href(["pick", date, bet.id]), "aria-label": `All values of ${bet.player}` }, "All values"), " ",
      el("span", { class: `tier ${tierClass(bet.quality.tier)}`, "data-tip": `Data quality ${one(bet.quality.score)} of 100` }, `${bet.quality.tier} data`)));
}

/** `vs BOS` at home, `@ BOS` away; both teams where the home team is not known. */
export function matchup({ team, opponent }, homes) {
  const home = homes?.get(team);
  return home === undefined ? `${team} v ${opponent}` : `${team} ${home ? "vs" : "@"} ${opponent}`;
}

const SOURCES = { calibrated: "", market: " (market)" };
export const chanceOf = (bet) => el("span", {}, bet.probability === null ? "unknown" : `${percent(bet.probability)} ${bet.direction.toLowerCase()}${SOURCES[bet.probability_source] ?? ""}`);

/** The share of this season's predictions with a similar probability that came true, as a 95 % interval, and their number. */
export function cameTrue({ probability, direction, probability_source: stated }, bins) {
  if (probability === null) return el("span", { class: "sub" }, "no prices, no calibrator");
  if (!bins) return el("span", { class: "sub" }, "\u00a0");
  const over = direction === "OVER" ? probability : 100 - probability;
  const bin = bins.find(({ source, low, high }) => source === stated && low <= over && (over < high || high === 100));
  if (!bin) return el("span", { class: "sub" }, "none graded yet");
  const bounds = direction === "OVER" ? [bin.interval_low, bin.interval_high] : [100 - bin.interval_high, 100 - bin.interval_low];
  const span = bounds.map((bound) => Math.round(bound)).join("–");
  const tip = `Of the ${whole(bin.n)} graded predictions of this season with a similar probability, ${span} % came true (95 % interval, BACKTEST)`;
  return el("span", { class: "sub", "data-tip": tip }, "came true ", el("span", {}, `${span} %, `), el("span", {}, `n ${whole(bin.n)}`));
}

export function scored(pick) {
  if (pick.result === "void") return "did not play";
  return pick.actual === null ? "" : amount(pick.actual);
}
