// One pick of one date: its card, a table of the last ten games, and every feature value with its origin.
import { href } from "../address.js";
import { pickCard } from "../card.js";
import { maybe, titledUnit, unit, valuesPath } from "../data.js";
import { el, replace, table } from "../dom.js";
import { place } from "../form.js";
import { isDate, longDate, one, percent, plural, shortDate, tipOff, whole } from "../format.js";
import { gameHeading, homesOf } from "../games.js";
import { empty, jsonLink, note, panel, playerLink, tierClass } from "../parts.js";

const ORIGINS = {
  computed: "computed", partial: "partial window", fallback: "second definition", early: "too few games yet",
  missing: "input missing", unavailable: "source not configured",
};
const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });
export const words = (name) => name.replaceAll("_", " ");

export async function pick(main, [date, id], isCurrent) {
  if (!isDate(date)) return replace(main, missing(null));
  const [details, features, performance] = await Promise.all([maybe(`best-bets/${date}.json`), maybe(valuesPath(date)), maybe("systems/performance.json")]);
  if (!isCurrent()) return undefined;
  const bet = details?.bets.find((item) => String(item.id) === id);
  if (!bet) return replace(main, missing(date));
  document.title = `${bet.player} ${bet.direction} ${one(bet.line)} · ${longDate(date)} · Courtside`;
  const game = details.games.find((item) => item.home === bet.team || item.away === bet.team) ?? null;
  const bins = performance?.model === details.model ? performance.calibration : null;
  const values = features?.picks.find((item) => item.id === bet.id);
  return replace(main,
    el("p", { class: "crumbs" }, el("a", { href: href(["picks", "8", date]) }, `Picks of ${longDate(date)}`)),
    el("div", { class: "page-head" }, el("h1", {}, `${bet.player} ${bet.direction} ${one(bet.line)}`),
      el("p", { class: "meta" }, playerLink(bet.id, "Player page"), game && ` · ${game.away} @ ${game.home}, ${tipOff(game.tip_at)}`, ` · published ${bet.kind}`)),
    el("section", { class: "game-block" }, game && gameHeading({ game }), el("ol", { class: "cards single" }, pickCard(bet, bet, { date, homes: homesOf(details.games), bins }))),
    panel(`His last ${plural(bet.last_10.length, "game")} beside the line of ${one(bet.line)}`, games(bet)),
    panel(["Features of this pick ", el("span", { class: `tier ${tierClass(bet.quality.tier)}` }, `${bet.quality.tier} ${Math.round(bet.quality.score)}`)],
      values ? behind(features, values) : empty("The features of this pick have not been published")),
    el("div", { class: "foot" }, note(jsonLink(`best-bets/${date}.json`, "Picks of this date as JSON"), " · ", jsonLink(valuesPath(date), "Values as JSON"))));
}

function missing(date) {
  document.title = "No such pick · Courtside";
  return el("div", { class: "empty" }, el("h1", {}, "No such pick"),
    el("p", {}, date ? `This player is not among the picks of ${longDate(date)}.` : "The address has no date."), el("p", {},
      date && [el("a", { href: href(["picks", "all", date]) }, "All predictions of that date"), " · "], el("a", { href: "#/picks" }, "Newest picks")));
}

function games({ last_10: list, line, direction }) {
  if (!list.length) return empty("No game in the year before");
  const side = (result) => (result > line ? "over" : result < line ? "under" : "push");
  return table("Last games", ["Date", "Game", { label: titledUnit(), number: true }, { label: "Beside the line", number: true }, { label: "Minutes", number: true }], list.map((game) => [
    shortDate(game.date), place(game), el("strong", { class: side(game.points) === direction.toLowerCase() ? "won" : "lost" }, whole(game.points)),
    `${side(game.points)} by ${one(Math.abs(game.points - line))}`, game.minutes === null ? "–" : whole(game.minutes)]));
}

/** Features keep the names that they have for points, so in another market only their sentences are shown. */
function behind({ features }, own) {
  const named = (feature) => (unit() === "points" ? [words(feature.name), el("span", { class: "sub" }, feature.sentence)] : feature.sentence);
  const rows = features.map((feature, index) => [
    el("span", {}, named(feature)),
    own.values[index] === null ? "no value" : number.format(own.values[index]).replace("-", "−"),
    el("span", { class: `origin ${Object.hasOwn(ORIGINS, own.origins[index]) ? own.origins[index] : "missing"}` },
      ORIGINS[own.origins[index]] ?? own.origins[index], feature.is_required ? null : el("span", { class: "sub" }, "optional")),
  ]);
  return [
    note(`Score ${one(own.quality.score)} of 100. `,
      own.completeness_last_10 === null ? "" : `The last-10 window holds ${percent(own.completeness_last_10)} of its games. `,
      own.games_missing ? `${plural(own.games_missing, "game")} missing from his windows. ` : ""),
    table("Values", [{ label: "Value of", prose: true }, { label: "Value", number: true }, "Origin"], rows, { class: "values" }),
  ];
}
