// The reasons for a prediction, in one sentence.
import { unit } from "./data.js";
import { one } from "./format.js";

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
const points = (reason) => `${reason.points > 0 ? "+" : ""}${one(reason.points)}`;

/** “mostly from his scoring (+8.2 points on the average player), his playing time (+3.1) and the opponent (−0.6)”; empty without reasons. */
function mostlyFrom(reasons) {
  const shown = reasons.slice(0, SHOWN_REASONS).map((reason, index) => `${GROUPS[reason.group] ?? reason.group} (${points(reason)}${index ? "" : ` ${unit()} on the average player`})`);
  return shown.length ? `, mostly from ${listed(shown)}` : "";
}

/** One sentence about a bet of `best-bets`: the model and the line, the largest reasons, his means, and his games beside the line. */
export function why(bet) {
  const { last_5: five, season } = bet.form;
  const side = bet.direction.toLowerCase();
  const means = [five !== null && `${one(five)} over his last 5 games`, season !== null && `${one(season)} this season`].filter(Boolean);
  const { won, of } = against(bet.last_10, bet.line, bet.direction);
  const facts = [means.length > 0 && `he averaged ${listed(means)}`, of > 0 && `${won} of his last ${of} games went ${side} this line`].filter(Boolean);
  const start = `The model predicts ${one(bet.prediction)} ${unit()}, ${one(bet.edge)} ${bet.direction === "OVER" ? "above" : "below"} the line${mostlyFrom(bet.reasons ?? [])}`;
  return facts.length ? `${start}; ${facts.join(", and ")}.` : `${start}.`;
}
