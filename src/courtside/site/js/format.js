// Formatting of figures, dates and instants, the Wilson interval, and the break-even rate.
export const BREAK_EVEN = 52.38;
const Z = 1.959963984540054;
const MINUS = "−";
const count = new Intl.NumberFormat("en-US");
const day = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric" });
const shortDay = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });
const weekday = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "short" });
const instant = new Intl.DateTimeFormat("en-GB", { timeZone: "America/New_York", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false });
const instantWithYear = new Intl.DateTimeFormat("en-GB", { timeZone: "America/New_York", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

const noon = (date) => new Date(`${date}T12:00:00Z`);
export const isDate = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text ?? "") && !Number.isNaN(noon(text).getTime());
export const longDate = (date) => day.format(noon(date));
export const shortDate = (date) => shortDay.format(noon(date));
export const dayName = (date) => weekday.format(noon(date));
const easternDay = new Intl.DateTimeFormat("en-CA", { timeZone: "America/New_York", year: "numeric", month: "2-digit", day: "2-digit" });
export const eastern = (moment) => easternDay.format(moment);
export const at = (text) => (text ? `${instant.format(new Date(text))} ET` : null);
export const atWithYear = (text) => (text ? `${instantWithYear.format(new Date(text))} ET` : "never");
export const whole = (value) => count.format(value);
export const one = (value) => (value === null || value === undefined ? "–" : value.toFixed(1).replace("-", MINUS));
export const signed = (value) => (value === null || value === undefined ? "–" : `${value > 0 ? "+" : ""}${one(value)}`);
export const percent = (value) => (value === null || value === undefined ? "–" : `${one(value)} %`);
export const price = (value) => (value === null || value === undefined ? null : `${value > 0 ? "+" : MINUS}${Math.abs(value)}`);
export const plural = (number, word) => `${whole(number)} ${word}${number === 1 ? "" : "s"}`;

const BOOKS = {
  betmgm: "BetMGM", caesars: "Caesars", draftkings: "DraftKings", fanduel: "FanDuel", pointsbet: "PointsBet",
  betonlineag: "BetOnline", betrivers: "BetRivers", bovada: "Bovada", williamhill_us: "Caesars", prizepicks: "PrizePicks",
  underdog: "Underdog", bettingpros: "BettingPros", bettingpros_consensus: "Consensus", consensus: "Consensus",
  espnbet: "ESPN BET", fanatics: "Fanatics", hardrockbet: "Hard Rock", unibet_us: "Unibet", mybookieag: "MyBookie",
};
export const book = (key) => (key ? BOOKS[key] ?? key.replaceAll("_", " ") : "unknown book");

/** Return the Wilson 95 % interval of a hit rate in %, null without a graded pick. */
export function wilson(wins, losses) {
  const n = wins + losses;
  if (!n) return null;
  const share = wins / n, spread = (Z * Z) / n;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (Z * Math.sqrt((share * (1 - share)) / n + spread / (4 * n))) / (1 + spread);
  return { low: 100 * Math.max(0, centre - half), high: 100 * Math.min(1, centre + half) };
}

export function tally(results) {
  const found = { wins: 0, losses: 0, pushes: 0, voids: 0, open: 0 };
  const names = { hit: "wins", miss: "losses", push: "pushes", void: "voids" };
  for (const result of results) found[names[result] ?? "open"] += 1;
  return found;
}

export const score = (counts) => `${whole(counts.wins)}–${whole(counts.losses)}–${whole(counts.pushes ?? 0)}`;
export const interval = (low, high) => `${low.toFixed(1)}–${high.toFixed(1)} %`;
