// Players: those who play tonight first, then the others by their number of lines; a search finds name, team, city or tricode.
import { get, maybe, unit } from "../data.js";
import { el, replace, table } from "../dom.js";
import { atWithYear, longDate, one, percent, plural, score, tipOff, whole } from "../format.js";
import { empty, jsonLink, kindBadge, lastName, note, plain, playerLink } from "../parts.js";
import { teamWords } from "../teams.js";

const SHOWN = 60;
const number = (label, hint) => ({ label, hint, number: true });

export async function players(main, _parts, isCurrent, query) {
  const [index, tonight] = await Promise.all([get("players/index.json"), maybe("tonight/all-players.json")]);
  if (!isCurrent()) return;
  document.title = "Players · Courtside";
  const playing = new Map((tonight?.players ?? []).map((player) => [player.id, player]));
  const listed = [...index.players].map((item) => [lastName(item.player), item])
    .sort(([a, first], [b, second]) => second.accuracy.n_with_line - first.accuracy.n_with_line || (a < b ? -1 : 1)).map(([, item]) => item);
  const list = el("div", {});
  const show = (text) => {
    const wanted = plain(text).split(/\s+/).filter(Boolean);
    const found = listed.filter((item) => wanted.every((word) => plain(`${item.player} ${teamWords(item.team)}`).includes(word)));
    const now = found.filter((item) => playing.has(item.id)), others = found.filter((item) => !playing.has(item.id));
    replace(list,
      found.length === 0 && empty("No player or team of that name", "Names are searched without accents; a team is found by city, nickname or three letters."),
      now.length > 0 && [el("h2", {}, `${isToday(tonight) ? "Tonight" : "Next slate"}, ${longDate(tonight.date)}`), tonightTable(now, playing, tonight)],
      others.length > 0 && [el("h2", { class: "list-head" }, now.length ? "All others" : "All players", el("span", { class: "muted" }, ` ${plural(others.length, "player")}, most games with a line first${others.length > SHOWN ? `; ${SHOWN} shown` : ""}`)), seasonTable(others)]);
  };
  const field = el("input", { type: "search", autocomplete: "off", value: query.get("q") ?? "", placeholder: "Name, team or city",
    oninput: (event) => {
      const text = event.target.value.trim();
      history.replaceState(null, "", text ? `#/players?${new URLSearchParams({ q: text })}` : "#/players");
      show(text);
    } });
  replace(main, el("div", { class: "page-head" }, el("h1", {}, "Players"), el("p", { class: "meta" }, `Season ${index.season ?? "–"} · as of ${atWithYear(index.generated_at)}`)),
    el("label", { class: "search" }, "Find a player or team ", field), list,
    el("div", { class: "foot" }, note(`MAE is the mean absolute error of our predictions in ${unit()}; “line” is that of the line on the same games. `, jsonLink("players/index.json"))));
  show(field.value);
}

const isToday = (tonight) => tonight.generated_at && new Date(tonight.generated_at).toLocaleDateString("en-CA", { timeZone: "America/New_York" }) === tonight.date;

function tonightTable(items, playing, tonight) {
  const tips = new Map(tonight.games.flatMap((game) => [[game.home, game.tip_at], [game.away, game.tip_at]]));
  const rows = [...items].sort((a, b) => playing.get(b.id).points - playing.get(a.id).points).slice(0, SHOWN).map((item) => {
    const own = playing.get(item.id);
    const side = own.held ? el("span", { class: "muted" }, "blocked") : own.direction && own.direction !== "PASS" ? own.direction : "–";
    const chance = own.probability_over === null || side === "–" || own.held ? "" : ` ${percent(own.direction === "UNDER" ? 100 - own.probability_over : own.probability_over)}`;
    return [playerLink(item.id, item.player), `${own.team} ${own.is_home ? "vs" : "@"} ${own.opponent}`, one(own.points), own.line === null ? "none" : one(own.line), [side, chance], tipOff(tips.get(own.team))];
  });
  return [el("div", { class: "panel" }, table("Players of the next slate", ["Player", "Game", number("Expected"), number("Line"), "Side", "Tip-off"], rows, { class: "sticky" })),
    items.length > SHOWN && note(`The ${SHOWN} with the highest expectation of ${items.length}; the search finds the others.`)];
}

function seasonTable(items) {
  const rows = items.slice(0, SHOWN).map((item) => [playerLink(item.id, item.player), item.team, whole(item.accuracy.n), one(item.accuracy.mae),
    one(item.accuracy.mae_beside_line), one(item.accuracy.line_mae), item.picks.map((own) => [kindBadge(own.kind), ` ${score(own)} `])]);
  return el("div", { class: "panel" }, table("Players", ["Player", "Team", number("Games"), number("MAE"), number("MAE with line", "On the games that had a line"), number("Line’s MAE", "The line's own error on the same games"), "Picks W–L–P"], rows, { class: "sticky" }));
}
