// Every prediction of a slate by game, blocked players with the reason; tonight's players with form, rest and injury.
import { href } from "../address.js";
import { edges, maybe } from "../data.js";
import { el, replace } from "../dom.js";
import { formBars } from "../form.js";
import { book, one, percent, price } from "../format.js";
import { byGame, gameHeading } from "../games.js";
import { chosenRows } from "../list.js";
import { distance, empty, inPieces, lastName, playerLink } from "../parts.js";

export async function slate(box, { date, details }) {
  const [predictions, tonight] = await Promise.all([maybe(`predictions/${date}.json`), maybe("tonight/all-players.json")]);
  const known = new Map((tonight?.date === date ? tonight.players : []).map((player) => [player.id, player]));
  const picked = new Map((details?.bets ?? []).map((bet) => [bet.id, bet]));
  const games = predictions?.games ?? [];
  const rows = games.flatMap((game) => game.players.map((player) => row(player, known.get(player.id), picked.get(player.id) ?? null)));
  const show = (chosen) => {
    if (!rows.length) return replace(box, empty("No player has a prediction for this date", predictions?.reason ?? "No games were scheduled, or the date is outside the published seasons."));
    const shown = chosenRows(rows, chosen);
    if (!shown.length) return replace(box, empty("No prediction passes the filters"));
    const list = el("div", { class: "games" });
    const groups = chosen.sort === "tip" ? byGame(shown, games) : [{ key: "all", rows: shown }];
    inPieces(groups.flatMap((group) => {
      const cards = el("ol", { class: "cards players" });
      const section = el("section", { class: "game-block" }, group.key !== "all" && gameHeading(group), cards);
      return group.rows.map((item, index) => () => {
        if (index === 0) list.append(section);
        cards.append(line(item, date));
      });
    }));
    const held = shown.filter((item) => item.player_.held).length;
    return replace(box, el("h2", { class: "list-head", "aria-live": "polite" }, `${shown.length < rows.length ? `${shown.length} of ` : ""}${rows.length} predictions`, el("span", { class: "muted" }, held ? ` · ${held} blocked` : "")), list);
  };
  return { rows, show };
}

const noSide = () => { const { least } = edges(); return least === undefined ? "no side: near the line" : `no side: under ${distance(least)}`; };

const row = (player, tonight, bet) => ({
  player_: player, tonight, bet, player: player.player, lastName: lastName(player.player), team: player.team, opponent: player.opponent, direction: player.direction,
  edge: player.edge, probability: player.probability_over === null ? null : player.direction === "UNDER" ? 100 - player.probability_over : player.probability_over, book: player.book, kind: null,
});

function line({ player_: own, tonight, bet, probability }, date) {
  const games = tonight?.form ?? bet?.last_10;
  const side = own.direction && own.direction !== "PASS" ? own.direction : null;
  const offered = side && price(side === "OVER" ? own.over_price : own.under_price);
  return el("li", { class: `card player ${own.held ? "held-back" : ""}` },
    el("div", { class: "who" }, el("span", { class: "name" }, playerLink(own.id, own.player)), el("span", { class: "teams" }, own.team),
      tonight?.injury && el("span", { class: "sub warn" }, [tonight.injury.status, tonight.injury.reason].filter(Boolean).join(": "))),
    el("div", { class: "model" }, el("span", {}, one(own.points)), " expected",
      el("span", { class: "sub" }, own.line === null ? "no line" : `line ${one(own.line)}${own.book ? `, ${book(own.book)}` : ""}`)),
    el("div", { class: "pick" }, own.held ? el("span", { class: "sub held-reason" }, `Blocked: ${own.held}`)
      : [el("span", { class: "side" }, side ? `${side} by ${one(Math.abs(own.edge))}` : own.line === null ? "–" : noSide()), side && el("span", { class: "sub" }, probability === null ? "" : `${percent(probability)} `, offered)]),
    el("div", { class: "form" }, games && formBars(games, own.line, own.direction ?? "OVER")),
    el("div", { class: "result-cell" }, bet && el("a", { class: "badge live-link", href: href(["pick", date, own.id]) }, "PICK")));
}
