// Players: a searchable list, and a player's log with the accuracy of the predictions and of the line.
import { get } from "../data.js";
import { chart, el, replace, table } from "../dom.js";
import { lines } from "../charts.js";
import { atWithYear, interval, longDate, one, percent, plural, score, shortDate, signed, whole } from "../format.js";
import { empty, intervalBar, jsonLink, kindBadge, note, panel, playerLink, resultBadge } from "../parts.js";

const SHOWN = 60;
const CHARTED = 40;
const number = (label, hint) => ({ label, hint, number: true });
const plain = (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();

export async function players(main, _parts, isCurrent) {
  const index = await get("players/index.json");
  if (!isCurrent()) return;
  document.title = "Players · Courtside";
  const list = el("div", {});
  const show = (query) => {
    const found = index.players.filter((item) => plain(`${item.player} ${item.team}`).includes(plain(query)));
    const rows = found.slice(0, SHOWN).map((item) => [playerLink(item.id, item.player), item.team, whole(item.accuracy.n), one(item.accuracy.mae),
      whole(item.accuracy.n_with_line), one(item.accuracy.mae_beside_line), one(item.accuracy.line_mae), item.picks.map((own) => [kindBadge(own.kind), ` ${score(own)} `])]);
    replace(list, note(`${plural(found.length, "player")}${found.length > SHOWN ? `, the first ${SHOWN} shown` : ""}.`),
      rows.length ? table("Players", ["Player", "Team", number("Games"), number("MAE"), number("With line", "Games with a line; the next two errors are over these games"), number("MAE there"), number("Line’s MAE"), "Picks W–L–P"], rows) : empty("No player has this name"));
  };
  replace(main, el("div", { class: "page-head" }, el("h1", {}, "Players"), el("p", { class: "meta" }, `Season ${index.season ?? "–"} · as of ${atWithYear(index.generated_at)}`)),
    el("label", { class: "search" }, "Find a player or team ", el("input", { type: "search", autocomplete: "off", oninput: (event) => show(event.target.value) })),
    list, el("div", { class: "foot" }, note(jsonLink("players/index.json"))));
  show("");
}

export async function player(main, [id], isCurrent) {
  if (!/^\d+$/.test(id ?? "")) { location.replace("#/players"); return; }
  const own = await get(`players/${id}.json`);
  if (!isCurrent()) return;
  document.title = `${own.player} · Courtside`;
  replace(main,
    el("div", { class: "page-head" }, el("h1", {}, own.player, el("span", { class: "muted" }, ` ${own.team}`)),
      el("p", { class: "meta" }, `Season ${own.season} · as of ${atWithYear(own.generated_at)} · `, el("a", { href: "#/players" }, "All players"))),
    el("div", { class: "columns" }, panel(["Accuracy of predictions ", kindBadge("BACKTEST")], accuracy(own.accuracy)), panel("Published picks", picked(own.picks))),
    panel("Points, prediction and line", drawing(own.log)), panel("Log", log(own.log)),
    el("div", { class: "foot" }, note(jsonLink(`players/${own.id}.json`))));
}

function accuracy(found) {
  if (!found.n) return empty("No predicted game has been played yet");
  return el("dl", { class: "figures" },
    [["Games played", whole(found.n)], ["Mean absolute error", `${one(found.mae)} points`], ["Bias", `${signed(found.bias)} points`],
      ["Games with a line", whole(found.n_with_line)], ["Error with a line", found.n_with_line ? `${one(found.mae_beside_line)} points` : "–"],
      ["Error of the line", found.n_with_line ? `${one(found.line_mae)} points` : "–"]].map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
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
    el("p", { class: "legend" }, el("span", { class: "key points" }), "points ", el("span", { class: "key model" }), "prediction ", el("span", { class: "key quoted" }), "line"),
    chart(`Points, predictions and lines of the last ${games.length} games`, 220, (width, height) => lines(width, height, {
      y: [0, top], ticks: [0, top / 2, top], labels: games.map((game) => shortDate(game.date)),
      series: [{ name: "points", values: games.map((game) => game.actual) }, { name: "model", values: games.map((game) => game.prediction) }, { name: "quoted", values: games.map((game) => game.line) }],
    })),
  ];
}

function log(games) {
  if (!games.length) return empty("No game yet");
  return table("Log", ["Date", "Opponent", number("Prediction"), number("Line"), "Side", number("Points"), "Pick"], games.map((game) => [
    el("span", { title: longDate(game.date) }, shortDate(game.date)), game.opponent, one(game.prediction), game.line === null ? "none" : one(game.line),
    game.held ? el("span", { class: "muted" }, `held: ${game.held}`) : game.direction ?? "no line", game.actual === null ? "–" : whole(game.actual),
    game.groups.length ? el("a", { href: `#/picks/8/${game.date}` }, resultBadge(game.result), " ", kindBadge(game.kind)) : el("span", { class: "muted" }, "no pick")]), { class: "tall" });
}
