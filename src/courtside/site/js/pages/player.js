// One player: his next game, form, accuracy beside the line, picks, and the log of the season.
import { href } from "../address.js";
import { get, maybe, Missing, titledUnit, unit } from "../data.js";
import { chart, el, replace, table } from "../dom.js";
import { lines } from "../charts.js";
import { formBars, formWords } from "../form.js";
import { atWithYear, book, interval, longDate, one, percent, plural, price, score, shortDate, signed, tipOff, whole } from "../format.js";
import { empty, intervalBar, jsonLink, kindBadge, note, panel, resultBadge } from "../parts.js";
import { teamName } from "../teams.js";

const CHARTED = 40;
const number = (label, hint) => ({ label, hint, number: true });

export async function player(main, [id], isCurrent) {
  const known = /^\d+$/.test(id ?? "");
  const [own, tonight] = await Promise.all([known ? get(`players/${id}.json`).catch(unknown) : null, maybe("tonight/all-players.json")]);
  if (!isCurrent()) return undefined;
  if (!own) return replace(main, noPlayer(id));
  document.title = `${own.player} · Courtside`;
  const next = tonight?.players.find((item) => item.id === own.id) ?? null;
  return replace(main,
    el("p", { class: "crumbs" }, el("a", { href: "#/players" }, "All players")),
    el("div", { class: "page-head" }, el("h1", {}, own.player, el("span", { class: "muted" }, ` ${teamName(own.team)}`)),
      el("p", { class: "meta" }, `Season ${own.season} · as of ${atWithYear(own.generated_at)}`)),
    panel("Next game and form", next ? nextGame(next, tonight) : form(own.log, tonight)),
    el("div", { class: "columns" }, panel(["Accuracy of predictions ", kindBadge("BACKTEST")], accuracy(own.accuracy)), panel("Published picks", picked(own.picks))),
    panel(`${titledUnit()}, prediction and line`, drawing(own.log)), panel("Log", log(own.log)),
    el("div", { class: "foot" }, note(jsonLink(`players/${own.id}.json`))));
}

function unknown(error) {
  if (error instanceof Missing && error.status === 404) return null;
  throw error;
}

function noPlayer(id) {
  document.title = "No such player · Courtside";
  return el("div", { class: "empty" }, el("h1", {}, "No such player"),
    el("p", {}, `No player with the number ${id || "(none)"} has been predicted this season. `), el("p", {}, el("a", { href: "#/players" }, "Search all players")));
}

/** His last games in the log, without a next game. */
function form(log, tonight) {
  const games = log.filter((game) => game.actual !== null).slice(0, 10).map((game) => ({ date: game.date, opponent: game.opponent, is_home: null, minutes: null, points: game.actual }));
  return el("div", { class: "next" }, el("p", {}, "He is not on the next slate", tonight?.date ? `, that of ${longDate(tonight.date)}.` : "."),
    el("div", { class: "form big" }, formBars(games, null, "OVER"), el("span", { class: "sub" }, `${titledUnit()} of his last ${games.length} games`)));
}

function nextGame(next, tonight) {
  const game = tonight.games.find((item) => item.home === next.team || item.away === next.team);
  const side = next.direction && next.direction !== "PASS" ? next.direction : null;
  const chance = next.probability_over === null ? null : side === "UNDER" ? 100 - next.probability_over : next.probability_over;
  const facts = [
    ["Game", `${next.is_home ? "vs" : "@"} ${next.opponent}`], ["Tip-off", [shortDate(tonight.date), ", ", tipOff(game?.tip_at)]],
    ["Expected", `${one(next.points)} ${unit()}`],
    ["Line", next.line === null ? "none yet" : `${one(next.line)}, ${book(next.book)} ${[price(next.over_price), price(next.under_price)].filter(Boolean).join(" / ")}`],
    ["Side", next.held ? `blocked: ${next.held}` : side ? `${side} by ${one(Math.abs(next.edge))}${chance === null ? "" : `, ${percent(chance)}`}` : "none"],
    ["Rest", next.rest_days === null ? "–" : plural(next.rest_days, "day")],
    tonight.has_injury_reports && ["Injury report", next.injury ? [next.injury.status, next.injury.reason].filter(Boolean).join(": ") : "not listed"],
  ].filter(Boolean);
  return el("div", { class: "next" }, el("dl", { class: "figures" }, facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
    el("div", { class: "form big" }, formBars(next.form, next.line, side ?? "OVER"), el("span", { class: "sub" }, `Last ${next.form.length} games: ${formWords(next.form, next.line, side ?? "OVER")}`)));
}

function accuracy(found) {
  if (!found.n) return empty("No predicted game has been played yet");
  return el("dl", { class: "figures" },
    [["Games played", whole(found.n)], ["Mean absolute error", `${one(found.mae)} ${unit()}`], ["Bias", `${signed(found.bias)} ${unit()}`],
      ["Games with a line", whole(found.n_with_line)], ["Error with a line", found.n_with_line ? `${one(found.mae_beside_line)} ${unit()}` : "–"],
      ["Error of the line", found.n_with_line ? `${one(found.line_mae)} ${unit()}` : "–"]].map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function picked(tallies) {
  if (!tallies.length) return empty("No pick has been graded this season");
  return table("Published picks", ["Kind", number("W–L–P"), number("Hit rate"), number("n"), number("95 % interval"), "Against 52.38 %"], tallies.map((own) => [
    kindBadge(own.kind), score(own), percent(own.pct), whole(own.n), own.low === null ? "–" : interval(own.low, own.high), intervalBar(own.wins, own.losses)]));
}

function drawing(log) {
  const games = log.filter((game) => game.actual !== null).slice(0, CHARTED).reverse();
  if (games.length < 2) return empty("Too few games to draw");
  const top = Math.ceil(Math.max(...games.flatMap((game) => [game.actual, game.prediction, game.line ?? 0])) / 10) * 10;
  return [
    el("p", { class: "legend" }, el("span", { class: "key points" }), `${unit()} `, el("span", { class: "key model" }), "prediction ", el("span", { class: "key quoted" }), "line"),
    chart(`${titledUnit()}, predictions and lines of the last ${games.length} games`, 220, (width, height) => lines(width, height, {
      y: [0, top], ticks: [0, top / 2, top], labels: games.map((game) => shortDate(game.date)),
      tips: games.map((game) => `${shortDate(game.date)} against ${game.opponent}: ${game.actual} ${unit()}, expected ${one(game.prediction)}, line ${game.line === null ? "none" : one(game.line)}`),
      series: [{ name: "points", values: games.map((game) => game.actual) }, { name: "model", values: games.map((game) => game.prediction) }, { name: "quoted", values: games.map((game) => game.line) }],
    })),
  ];
}

function log(games) {
  if (!games.length) return empty("No game yet");
  return table("Log", ["Date", "Pick", number(titledUnit()), number("Line"), number("Expected"), "Side", "Against"], games.map((game) => [
    shortDate(game.date),
    game.groups.length ? el("a", { href: href(["picks", "8", game.date]) }, resultBadge(game.result), " ", kindBadge(game.kind)) : el("span", { class: "muted" }, "no pick"),
    game.actual === null ? "–" : whole(game.actual), game.line === null ? "none" : one(game.line), one(game.prediction),
    game.held ? el("span", { class: "muted" }, `blocked: ${game.held}`) : game.direction ?? "no line", game.opponent]), { class: "tall sticky" });
}
