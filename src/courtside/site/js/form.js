// The last games of a player as bars beside a line.
import { amount, titledUnit } from "./data.js";
import { el, svg } from "./dom.js";
import { one, shortDate } from "./format.js";
import { against } from "./why.js";

const WIDTH = 150, HEIGHT = 44, GAP = 3;

/** `vs BOS` at home, `@ BOS` away, `against BOS` where that is not known. */
export const place = (game) => `${game.is_home === null ? "against" : game.is_home ? "vs" : "@"} ${game.opponent}`;
const verdict = (game, line) => (line === null ? "" : `, ${game.points > line ? "over" : game.points < line ? "under" : "equal to"} ${one(line)}`);
const tipOf = (game, line) => `${shortDate(game.date)} ${place(game)}: ${amount(game.points)}${game.minutes === null ? "" : ` in ${game.minutes} min`}${verdict(game, line)}`;

/** Bars of `games` (newest first), drawn oldest to newest; those that went the way of `direction` are coloured. */
export function formBars(games, line, direction) {
  if (!games.length) return el("span", { class: "muted" }, "no games in the last year");
  const top = Math.max(line ?? 0, ...games.map((game) => game.points)) * 1.08 || 1;
  const step = WIDTH / 10;
  const shown = [...games].reverse();
  const start = (10 - shown.length) * step;
  const y = (value) => HEIGHT - (value / top) * HEIGHT;
  const isWon = (game) => (direction === "UNDER" ? game.points < line : game.points > line);
  const label = line === null
    ? `${titledUnit()} of his last ${games.length} games, newest first: ${games.map((game) => game.points).join(", ")}`
    : `${titledUnit()} of his last ${games.length} games beside the line of ${one(line)}, newest first: ${games.map((game) => game.points).join(", ")}`;
  return svg("svg", { class: "form-bars", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
    shown.map((game, index) => svg("g", { "data-tip": tipOf(game, line) },
      svg("rect", { x: start + index * step, y: 0, width: step, height: HEIGHT, class: "reach" }),
      svg("rect", {
        x: start + index * step + GAP / 2, y: Math.min(y(game.points), HEIGHT - 2), width: step - GAP, height: Math.max(2, HEIGHT - y(game.points)), rx: 1.5,
        class: line === null ? "bar-plain" : game.points === line ? "bar-push" : isWon(game) ? "bar-won" : "bar-lost",
      }))),
    line !== null && svg("line", { x1: 0, x2: WIDTH, y1: y(line), y2: y(line), class: "bar-line" }));
}

/** “7 of 10 over · 34 min” (minutes a game): the bars in words. */
export function formWords(games, line, direction) {
  if (!games.length) return "";
  const known = games.filter((game) => game.minutes !== null);
  const minutes = known.length ? `${Math.round(known.reduce((sum, game) => sum + game.minutes, 0) / known.length)} min` : "";
  if (line === null) return minutes;
  const { won, of } = against(games, line, direction);
  return `${won} of ${of} ${direction === "UNDER" ? "under" : "over"}${minutes ? ` · ${minutes}` : ""}`;
}
