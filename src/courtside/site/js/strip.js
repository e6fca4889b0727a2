// The dates of a season: a strip of seven around the shown one, steps, and a field to go to any date.
import { el } from "./dom.js";
import { dayName, isDate, longDate, plural, shortDate } from "./format.js";

const AROUND = 3;

/** `days` are newest first; `to(date)` gives the address of a date. */
export function strip(days, date, to) {
  const found = days.findIndex((day) => day.date === date);
  const place = found >= 0 ? found : days.filter((day) => day.date > date).length;
  const newer = days[place - 1], older = days[found >= 0 ? place + 1 : place];
  const from = Math.max(0, Math.min(place - AROUND, days.length - 2 * AROUND - 1));
  const shown = days.slice(from, from + 2 * AROUND + 1).reverse();
  const near = days.slice(Math.max(0, Math.min(place - 1, days.length - 3))).slice(0, 3);
  const step = (day, label, sign, key) => (day
    ? el("a", { class: "step", href: to(day.date), "aria-label": `${label}: ${longDate(day.date)}`, dataset: { key } }, sign)
    : el("span", { class: "step off", "aria-hidden": "true" }, sign));
  const input = el("input", {
    type: "date", "aria-label": "Go to a date", value: date, min: days.at(-1)?.date, max: days[0]?.date,
    onchange: (event) => { if (isDate(event.target.value)) location.hash = to(event.target.value); },
  });
  return el("nav", { class: "strip", "aria-label": "Dates" },
    step(older, "Earlier date", "‹", "older"),
    el("ol", {}, shown.map((day) => el("li", { class: near.includes(day) ? null : "far" }, el("a", {
      href: to(day.date), "aria-current": day.date === date ? "date" : null, dataset: { key: day.date },
      class: day.picks.length ? null : "none",
    }, el("span", { class: "dow" }, dayName(day.date)), el("span", { class: "dom" }, shortDate(day.date)),
    el("span", { class: "n" }, day.picks.length ? plural(day.picks.length, "pick") : "none"))))),
    step(newer, "Later date", "›", "newer"), input);
}
