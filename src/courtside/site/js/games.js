// The games of a slate: their order, their headings, and which team plays at home.
import { el } from "./dom.js";
import { tipOff } from "./format.js";
import { teamName } from "./teams.js";

/** Return whether a team plays at home, by its tricode. */
export const homesOf = (games) => new Map((games ?? []).flatMap((game) => [[game.home, true], [game.away, false]]));

/** Rows (with a team) by game, in order of tip-off; rows whose game is not known are grouped by their two teams. */
export function byGame(rows, games) {
  const groups = (games ?? []).map((game) => ({ key: `${game.away}@${game.home}`, game, rows: [] }));
  const ofTeam = new Map(groups.flatMap((group) => [[group.game.home, group], [group.game.away, group]]));
  for (const row of rows) {
    const pair = [row.team, row.opponent].sort();
    if (!ofTeam.has(row.team)) {
      const group = { key: pair.join("-"), game: null, teams: pair, rows: [] };
      groups.push(group);
      pair.forEach((team) => ofTeam.set(team, group));
    }
    ofTeam.get(row.team).rows.push(row);
  }
  return groups.filter((group) => group.rows.length);
}

/** “BOS @ LAL”, the tip-off in ET and the reader's own time, and the score once the game is final. */
export function gameHeading({ game, teams }) {
  if (!game) return el("h3", { class: "game-head" }, el("span", { class: "game" }, teams.join(" – ")));
  const isFinal = game.home_score !== null && game.home_score !== undefined;
  return el("h3", { class: "game-head" },
    el("span", { class: "game", "data-tip": `${teamName(game.away)} at ${teamName(game.home)}` }, `${game.away} @ ${game.home}`),
    el("span", { class: "tip-at" }, tipOff(game.tip_at)),
    isFinal && el("span", { class: "final" }, `Final ${game.away} ${game.away_score}, ${game.home} ${game.home_score}`));
}
