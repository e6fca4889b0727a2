// Quality: the verdict first, then contamination by month, the worst features with their cause, blocked players, the calendar, the runs.
import { get, maybe } from "../data.js";
import { chart, el, replace, table } from "../dom.js";
import { bars } from "../charts.js";
import { at, atWithYear, isDate, longDate, monthName, one, percent, plural, shortDate, whole } from "../format.js";
import { empty, jsonLink, note, panel, playerLink, staleNotice, tierClass } from "../parts.js";

const words = (name) => name.replaceAll("_", " ");
const VERDICTS = { ready: "ready", warning: "warning", not_ready: "not ready" };

export async function quality(main, [wanted], isCurrent) {
  const [training, status] = await Promise.all([maybe("quality/training.json"), maybe("status.json")]);
  if (!isCurrent()) return;
  const date = isDate(wanted) ? wanted : status?.latest_published ?? training?.calendar.at(-1)?.date ?? null;
  document.title = "Data quality · Courtside";
  const day = el("div", {}, el("p", { class: "loading" }, "Loading …"));
  replace(main,
    el("div", { class: "page-head" }, el("h1", {}, "Data quality"),
      el("p", { class: "meta" }, training ? `as of ${atWithYear(training.generated_at)}` : "")),
    staleNotice(status, ["quality/training.json", `quality/${date}.json`]),
    training && verdict(training),
    training ? [panel("Contamination by month", contamination(training)), panel("Completeness by date", calendar(training, date))] : panel("Contamination by month", empty("Nothing has been published yet")),
    el("section", { class: "panel", id: "day" }, day),
    training && panel("Worst features this season", worst(training)),
    status && panel("Stages", stages(status)), status && panel("Runs", runs(status)),
    el("div", { class: "foot" }, note(jsonLink("quality/training.json", "Training data as JSON"), " · ", date && jsonLink(`quality/${date}.json`, "This date as JSON"), " · ", jsonLink("status.json", "Status as JSON"))));
  if (!date) { replace(day, empty("No date has been processed yet")); return; }
  const own = await get(`quality/${date}.json`).catch((error) => error);
  if (isCurrent()) replace(day, el("h2", {}, longDate(date)), own instanceof Error ? empty("Nothing for this date", own.status === 404 ? "No feature row of this date has been published." : own.message) : ofDate(own));
}

/** The state of the newest month in one sentence. */
function verdict(training) {
  const last = training.months.at(-1);
  if (!last) return null;
  const isClean = last.contaminated_pct <= training.threshold_pct;
  return el("p", { class: `headline ${isClean ? "fine" : "bad"}` },
    el("strong", { class: "big" }, `${isClean ? "Clean" : "Not clean"}: ${percent(last.contaminated_pct)} in ${monthName(last.month)}`),
    el("span", { class: "sentence" }, `${whole(last.contaminated)} of ${whole(last.rows)} rows lack a required value; the limit is ${training.threshold_pct} %.`,
      isClean ? "" : [" Next: ", el("code", {}, "courtside check training-data"), " names the causes."]));
}

const SHOWN_LIMITS = 3;

function contamination(training) {
  const months = training.months.slice(-24);
  if (!months.length) return empty("No player with a feature row has played yet");
  const last = months.at(-1);
  const first = training.months[0];
  const warm = months.filter((month) => month !== first).map((month) => month.contaminated_pct);
  const top = Math.max(2 * training.threshold_pct, Math.min(SHOWN_LIMITS * training.threshold_pct, Math.ceil(Math.max(0, ...warm) / 5) * 5));
  const items = months.map((month) => ({
    value: month.contaminated_pct, label: shortMonth(month.month), cut: `${Math.round(month.contaminated_pct)}%`, isFirst: month === first,
    title: `${monthName(month.month)}: ${percent(month.contaminated_pct)} of ${whole(month.rows)} rows${month === first ? "; the first month stored, without games before it" : ""}`,
    over: month.contaminated_pct > training.threshold_pct,
  }));
  return [
    chart(`Contaminated rows by month; ${last.month}: ${percent(last.contaminated_pct)}`, 200, (width, height) => bars(width, height, {
      y: [0, top], ticks: [0, top / 2, top], unit: "%", items, tone: (item) => (item.isFirst ? "cold" : item.over ? "bad" : "fine"),
      marks: [{ at: training.threshold_pct, label: `${training.threshold_pct} %` }],
    })),
    months.includes(first) && note(`${monthName(first.month)} (grey) is the first month stored: its windows have no games before them, so its rows are not used. Bars that are cut off show their value.`),
    note(`Share of feature rows of players who played that lack a required feature. Such rows are used neither for picks nor for training. In ${monthName(last.month)}: ${whole(last.contaminated)} of ${whole(last.rows)} rows; ${percent(last.training_ready_pct)} of the rows are training-ready. The check fails above the line at ${training.threshold_pct} %.`),
    note(`Games played without a feature row are not in this share: there are ${whole(last.without_row)} in ${monthName(last.month)}; with the contaminated rows, they are ${percent(last.lacking_pct)} of its played games. ${training.without_row.length ? `This season by cause: ${training.without_row.map((item) => `${item.cause} ${whole(item.games)}`).join(", ")}.` : ""}`),
  ];
}

function calendar(training, chosen) {
  if (!training.calendar.length) return empty("No date of this season has been processed yet");
  const months = Map.groupBy ? Map.groupBy(training.calendar, (day) => day.date.slice(0, 7)) : grouped(training.calendar);
  return [
    el("div", { class: "calendar" }, [...months].map(([month, days]) => el("div", { class: "month" }, el("h3", {}, monthName(month)),
      el("ol", {}, blanks(days[0].date), filled(month, days).map((day) => el("li", {}, day.rows === undefined ? el("span", { class: "day off" }, Number(day.date.slice(8))) : el("a", {
        href: `#/quality/${day.date}`, class: `day ${tone(day)}`, "aria-current": day.date === chosen ? "date" : null,
        "aria-label": `${longDate(day.date)}: windows ${percent(day.completeness_pct)} complete, ${VERDICTS[day.verdict] ?? "no verdict"}, ${percent(day.quality_ready_pct)} of ${whole(day.rows)} rows ready`,
        "data-tip": `${shortDate(day.date)}: windows ${percent(day.completeness_pct)} complete, ${VERDICTS[day.verdict] ?? "no verdict"}`,
      }, Number(day.date.slice(8)))))))),
    ),
    el("p", { class: "legend" }, el("span", { class: "key whole" }), "windows complete ", el("span", { class: "key partly" }), "99 % or more ", el("span", { class: "key thin" }), "less, or a warning ", el("span", { class: "key held" }), "not ready"),
  ];
}

function grouped(days) {
  const found = new Map();
  for (const day of days) found.set(day.date.slice(0, 7), [...(found.get(day.date.slice(0, 7)) ?? []), day]);
  return found;
}

const shortMonth = (month) => monthName(month).slice(0, 3);

const blanks = (first) => Array.from({ length: (new Date(`${first.slice(0, 8)}01T12:00:00Z`).getUTCDay() + 6) % 7 }, () => el("li", { "aria-hidden": "true" }));

function filled(month, days) {
  const there = new Map(days.map((day) => [day.date, day]));
  const [year, number] = month.split("-").map(Number);
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length: last }, (_, index) => `${month}-${String(index + 1).padStart(2, "0")}`).map((date) => there.get(date) ?? { date });
}

function tone(day) {
  if (day.verdict === "not_ready") return "held";
  if (day.verdict === "warning" || day.completeness_pct === null || day.completeness_pct < 99) return "thin";
  return day.completeness_pct === 100 ? "whole" : "partly";
}

function ofDate(own) {
  const ready = own.readiness;
  const lacking = own.features.filter((feature) => feature.defaults > 0).sort((a, b) => b.is_required - a.is_required || b.defaults - a.defaults);
  return [
    ready && el("p", {}, el("span", { class: `badge verdict ${ready.verdict === "ready" ? "good" : "warn"}` }, VERDICTS[ready.verdict]), ` ${plural(ready.rows, "row")}, ${percent(ready.pct_quality_ready)} quality ready, ${one(ready.avg_required_defaults)} required features without a value on average.`, ready.reason ? ` ${ready.reason}.` : ""),
    el("h3", {}, `Blocked players: ${own.held.length}`),
    own.held.length ? table("Blocked players", ["Player", "Team", { label: "Why", prose: true }, "Data"], own.held.map((item) => [
      playerLink(item.id, item.player), `${item.team} – ${item.opponent}`, item.reason, el("span", { class: `tier ${tierClass(item.quality.tier)}` }, `${item.quality.tier} ${Math.round(item.quality.score)}`)]), { class: "tall" }) : note("No player was blocked."),
    el("h3", {}, "Features without a value"),
    lacking.length ? features(lacking) : note("Every feature had a value on every row."),
  ];
}

const number = (label) => ({ label, number: true });
const features = (list) => table("Features without a value", ["Feature", "Required", number("No value"), number("Too early"), number("Input missing"), number("No source")], list.map((item) => [
  el("span", { "data-tip": item.sentence }, words(item.name)), item.is_required ? "required" : "optional", percent(item.defaults_pct), whole(item.early), whole(item.missing), whole(item.unavailable)]), { class: "tall" });

const CAUSES = { early: "too early: he has not played enough games yet; nothing to repair", missing: "an input is missing; `courtside check training-data` names the games, `courtside repair --fetch` fetches them again", unavailable: "no source supplies it here; `courtside config` shows the sources" };

function worst(training) {
  if (!training.worst.length) return note("Every feature has a value on every row of this season.");
  const counts = Object.keys(CAUSES).map((cause) => [cause, training.worst.reduce((sum, item) => Math.max(sum, item[cause]), 0)]).filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
  return [
    el("ul", { class: "causes" }, counts.map(([cause, count]) => el("li", {}, el("strong", {}, `up to ${plural(count, "row")}`), ` ${CAUSES[cause].split("`")[0]}`, commands(CAUSES[cause])))),
    features(training.worst.map((item) => ({ ...item, defaults: 1 }))),
  ];
}

/** The rest of a text after its first backtick, with commands as code. */
const commands = (text) => text.split("`").slice(1).map((part, index) => (index % 2 === 0 ? el("code", {}, part) : part));

const stages = (status) => table("Stages", ["Stage", "Date", "State", { label: "Reason", prose: true }, "Last success", "Next"], status.stages.map((stage) => [
  stage.name, stage.date ? shortDate(stage.date) : "–", el("span", { class: `badge verdict ${["complete", "empty"].includes(stage.state) ? "good" : "warn"}` }, stage.state), stage.reason ?? "",
  stage.last_success ? `${shortDate(stage.last_success.date)}, at ${at(stage.last_success.at)}` : "never", stage.next_expected ? shortDate(stage.next_expected) : "–"]));

const runs = (status) => (status.runs.length ? table("Runs", ["Began", "Dates", number("Cells"), number("Failed"), number("Seconds")], status.runs.map((run) => [
  at(run.started_at), `${shortDate(run.first_date)} to ${shortDate(run.last_date)}, ${run.last_date.slice(0, 4)}`, whole(run.cells), whole(run.failed), run.seconds === null ? "–" : one(run.seconds)])) : note("No run has ended yet."));
