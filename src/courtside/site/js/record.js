// The record of a subset before a date: a summary line and the record of each window.
import { el } from "./dom.js";
import { interval, percent, score, shortDate, whole, wilson } from "./format.js";
import { kindBadge, note, recordRow, recordTable } from "./parts.js";

/** The record before the date, from the date's own file. Pushes and kinds are not in that file and are counted from the
    season's earlier dates. */
export function record(date, group, stated, days) {
  if (!stated) return note(date ? "No record is published for this date." : "Nothing is published yet.");
  const kinds = ["BACKTEST", "LIVE"].map((kind) => counted(kind, days.filter((day) => day.kind === kind && day.date < date))).filter((own) => own.isAny);
  const from = { season: "", month: `${date.slice(0, 8)}01`, week: monday(date) };
  const names = { season: "Season", month: "Month", week: "Week" };
  const counts = Object.keys(names).map((window) => {
    const pushes = group.dates.filter((day) => day.date >= from[window] && day.date < date).flatMap((day) => day.picks).filter((pick) => pick.result === "push");
    return { ...stated[window], pushes: pushes.length };
  });
  const rows = Object.keys(names).map((window, index) => recordRow(names[window], counts[index], counts[index].pct));
  const split = kinds.length > 1 ? kinds.map((own) => recordRow(kindBadge(own.kind), own, own.pct)) : [];
  const mark = kinds.length === 1 ? kindBadge(kinds[0].kind) : kinds.length > 1 && el("span", { class: "muted" }, "LIVE and BACKTEST together");
  return el("details", { class: "record-details", "aria-label": `Record of ${group.name}` },
    el("summary", {}, "Record", el("span", { class: "wide" }, " this season"), ": ", summary(counts[0]), " ", mark),
    recordTable(`Record of ${group.name}`, [rows[0], ...split, rows[1], rows[2]]),
    note(`Wins–losses–pushes of the published picks before ${shortDate(date)}; the bar is the 95 % interval, the vertical mark is break-even (52.38 %).`));
}

function summary(counts) {
  const n = counts.wins + counts.losses;
  const bounds = wilson(counts.wins, counts.losses);
  if (!n) return "no graded pick yet";
  return [el("strong", {}, `${score(counts)}, ${percent(counts.pct)}`), el("span", { class: "muted" }, ` (${interval(bounds.low, bounds.high)}, n ${whole(n)})`)];
}

function counted(kind, days) {
  const sum = (name) => days.reduce((total, day) => total + day[name], 0);
  const own = { kind, isAny: days.length > 0, wins: sum("wins"), losses: sum("losses"), pushes: sum("pushes") };
  const n = own.wins + own.losses;
  return { ...own, pct: n ? Math.floor((2000 * own.wins + n) / (2 * n)) / 10 : null };
}

function monday(date) {
  const day = new Date(`${date}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}
