// Why a prediction stands where it does, in one plain sentence.
import { one } from "./format.js";

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const listed = (parts) => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`);

/** How many of the games went the way of the side, beside today's line. */
export function against(games, line, direction) {
  const won = games.filter((game) => (direction === "UNDER" ? game.points < line : game.points > line)).length;
  return { won, of: games.length };
}

const GROUPS = {
  scoring: "his scoring", shots: "his shot volume", minutes: "his playing time", opponent: "the opponent", rest: "his rest", venue: "the venue",
  team: "his team", availability: "his availability",
};
const SHOWN_REASONS = 3;

/** “His scoring adds 8.2 points to an average player’s, his playing time 3.1; the opponent takes 0.6.” */
function reasonsOf(reasons) {
  const shown = reasons.slice(0, SHOWN_REASONS);
  const part = (list, verb, whose) => listed(list.map((reason, index) => `${GROUPS[reason.group] ?? reason.group} ${index ? "" : `${verb} `}${one(Math.abs(reason.points))}${index ? "" : whose}`));
  const adds = shown.filter((reason) => reason.points > 0), takes = shown.filter((reason) => reason.points < 0);
  return [adds.length > 0 && part(adds, "adds", " points to the average player’s"),
    takes.length > 0 && part(takes, "takes", adds.length ? "" : " points from the average player’s")].filter(Boolean).join("; ");
}

/** One sentence about a bet of `best-bets`: the model against the line, his means, and his games beside the line. */
export function why(bet) {
  const { last_5: five, season } = bet.form;
  const side = bet.direction.toLowerCase();
  const means = [five !== null && `${one(five)} over his last 5 games`, season !== null && `${one(season)} this season`].filter(Boolean);
  const { won, of } = against(bet.last_10, bet.line, bet.direction);
  const parts = [means.length > 0 && `he averaged ${listed(means)}`, of > 0 && `${won} of his last ${of} games went ${side} this line`].filter(Boolean);
  const reasons = reasonsOf(bet.reasons ?? []);
  const start = `The model expects ${one(bet.prediction)} points, ${one(bet.edge)} ${bet.direction === "OVER" ? "above" : "below"} the line`;
  if (reasons) return `${start}: ${reasons}. ${capital(listed(parts))}${parts.length ? "." : ""}`;
  return parts.length ? `${start}: ${listed(parts)}.` : `${start}.`;
}
