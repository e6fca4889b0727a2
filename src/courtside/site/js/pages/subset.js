// The picks of one subset on one date, by game or in a chosen order, or the reason why there are none.
import { pickCard } from "../card.js";
import { maybe } from "../data.js";
import { el, replace } from "../dom.js";
import { longDate, plural, score, shortDate, tally, tipOff } from "../format.js";
import { byGame, gameHeading, homesOf } from "../games.js";
import { chosenRows } from "../list.js";
import { empty, inPieces, lastName } from "../parts.js";

export function subset(box, { date, group, groups, entry, to }) {
  let details = null, bins = null, found = new Map(), rows = [];
  const complete = (bets, calibration) => {
    details = bets;
    bins = calibration;
    found = new Map((bets?.bets ?? []).map((bet) => [`${bet.player}|${bet.team}`, bet]));
    rows.splice(0, rows.length, ...(entry?.picks ?? []).map((pick) => row(pick, found.get(`${pick.player}|${pick.team}`))));
  };
  const show = (chosen) => {
    if (!entry) return unpublished(box, date);
    if (!entry.picks.length) return replace(box, nothing(date, group, groups, details, to));
    const shown = chosenRows(rows, chosen);
    if (!shown.length) return replace(box, empty("No pick passes the filters"));
    const homes = homesOf(details?.games);
    const isMixed = new Set([...found.values()].map((bet) => bet.kind)).size > 1;
    const tips = new Map((details?.games ?? []).flatMap((game) => [[game.home, game.tip_at], [game.away, game.tip_at]]));
    const isByGame = chosen.sort === "tip";
    const card = (item) => pickCard(item.pick, item.bet ?? null, { date, homes, bins, isMixed, tip: isByGame ? null : tips.has(item.team) && tipOff(tips.get(item.team)) });
    const groupsShown = isByGame ? byGame(shown, details?.games) : [{ key: "all", rows: shown }];
    const list = el("div", { class: "games" });
    inPieces(groupsShown.flatMap((part) => {
      const cards = el("ol", { class: "cards" });
      const section = el("section", { class: "game-block" }, isByGame && gameHeading(part), cards);
      return part.rows.map((item, index) => () => {
        if (index === 0) list.append(section);
        cards.append(card(item));
      });
    }));
    return replace(box, head(entry, shown.length), list);
  };
  complete(null, null);
  return { rows, show, complete };
}

const row = (pick, bet) => ({
  pick, bet, player: pick.player, lastName: lastName(pick.player), team: pick.team, opponent: pick.opponent, direction: pick.direction,
  edge: bet?.edge ?? Math.abs(pick.prediction - pick.line), probability: bet?.probability ?? null, ev: bet?.value?.ev ?? null, book: bet?.book ?? null, kind: bet?.kind ?? null,
});

function head(entry, shown) {
  const counts = tally(entry.picks.map((pick) => pick.result));
  const open = counts.open ? `, ${plural(counts.open, "pick")} not graded` : "";
  const voids = counts.voids ? `, ${counts.voids} void` : "";
  const of = shown < entry.picks.length ? `${shown} of ` : "";
  return el("h2", { class: "list-head", "aria-live": "polite" }, `${of}${plural(entry.picks.length, "pick")}`,
    el("span", { class: "muted" }, counts.open === entry.picks.length ? " not graded yet" : ` · this day ${score(counts)}${voids}${open}`));
}

/** Why a subset has no pick that day, the nearest subset that has some, and the nearest date on which it has some. */
function nothing(date, group, groups, details, to) {
  const reason = details?.groups.find((item) => item.id === group.id)?.reason ?? "The reason was not published.";
  const withPicks = groups.filter((item) => item.dates.find((day) => day.date === date)?.picks.length)
    .sort((a, b) => Math.abs(a.id - group.id) - Math.abs(b.id - group.id))[0];
  const away = (day) => Math.abs(Date.parse(day.date) - Date.parse(date));
  const nearest = group.dates.filter((day) => day.picks.length).sort((a, b) => away(a) - away(b))[0];
  const count = withPicks?.dates.find((day) => day.date === date).picks.length;
  return empty(`${group.name} has no pick on ${shortDate(date)}.`, reason, (withPicks || nearest) && el("span", {}, "Nearest: ",
    withPicks && el("a", { href: to(withPicks.id, date) }, `${withPicks.name} on this date (${plural(count, "pick")})`), withPicks && nearest && " or ",
    nearest && el("a", { href: to(group.id, nearest.date) }, `${group.name} on ${longDate(nearest.date)} (${plural(nearest.picks.length, "pick")})`), "."));
}

async function unpublished(box, date) {
  const reason = el("p", {});
  replace(box, el("div", { class: "empty" }, el("p", { class: "empty-title" }, "Nothing was published for this date"), reason));
  const predictions = await maybe(`predictions/${date}.json`);
  if (!predictions) { reason.textContent = "No games were scheduled, or the date is outside the published seasons."; return; }
  const players = predictions.games.flatMap((game) => game.players);
  const count = plural(players.length, "prediction");
  if (!players.length) reason.textContent = predictions.reason ?? "No player has a prediction.";
  else if (players.some((player) => player.line !== null)) reason.textContent = `${count} exist; nothing is published for this date yet.`;
  else reason.textContent = `${count} exist; none of them has a line yet.`;
}
