// Formatting of figures, dates and instants, the Wilson interval, and the break-even rate.
export const BREAK_EVEN = 52.38;
const Z = 1.959963984540054;
const MINUS = "−";
const count = new Intl.NumberFormat("en-US");
const ET = "America/New_York";
const writer = (options) => new Intl.DateTimeFormat("en-US", options);
const day = writer({ timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric" });
const shortDay = writer({ timeZone: "UTC", day: "numeric", month: "short" });
const monthOf = writer({ timeZone: "UTC", month: "short", year: "numeric" });
const weekday = writer({ timeZone: "UTC", weekday: "short" });
const instant = writer({ timeZone: ET, day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
const instantWithYear = writer({ timeZone: ET, day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit" });
const easternTime = writer({ timeZone: ET, hour: "numeric", minute: "2-digit" });
const ownTime = writer({ hour: "numeric", minute: "2-digit", timeZoneName: "short" });
const plainSpaces = (text) => text.replaceAll("\u202f", " ");

const noon = (date) => new Date(`${date}T12:00:00Z`);
export const isDate = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text ?? "") && !Number.isNaN(noon(text).getTime());
export const longDate = (date) => day.format(noon(date));
export const shortDate = (date) => shortDay.format(noon(date));
export const monthName = (month) => monthOf.format(noon(`${month}-15`));
export const dayName = (date) => weekday.format(noon(date));
const easternDay = new Intl.DateTimeFormat("en-CA", { timeZone: "America/New_York", year: "numeric", month: "2-digit", day: "2-digit" });
export const eastern = (moment) => easternDay.format(moment);
export const at = (text) => (text ? plainSpaces(`${instant.format(new Date(text))} ET`) : null);
export const atWithYear = (text) => (text ? plainSpaces(`${instantWithYear.format(new Date(text))} ET`) : "never");

/** An instant seen on a date: the time alone where it is of that date, else with the day. */
export const atOn = (text, date) => (eastern(new Date(text)) === date ? plainSpaces(`${easternTime.format(new Date(text))} ET`) : at(text));

/** A tip-off in ET, and in the reader's own zone where its clock shows another time. */
export function tipOff(text) {
  if (!text) return "tip-off not known";
  const moment = new Date(text);
  const inEast = plainSpaces(easternTime.format(moment)), own = plainSpaces(ownTime.format(moment));
  return own.startsWith(`${inEast} `) ? `${inEast} ET` : `${inEast} ET (${own})`;
}
export const whole = (value) => count.format(value);
export const one = (value) => (value === null || value === undefined ? "–" : value.toFixed(1).replace("-", MINUS));
export const signed = (value, digits = 1) => (value === null || value === undefined ? "–" : `${value > 0 ? "+" : ""}${value.toFixed(digits).replace("-", MINUS)}`);
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
