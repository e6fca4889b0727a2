// Sort, filter and search of a list of picks or predictions; the choices are parameters of the address.
import { el } from "./dom.js";
import { book } from "./format.js";
import { plain } from "./parts.js";
import { teamWords } from "./teams.js";

export const SORTS = { tip: "Tip-off", edge: "Edge", probability: "Probability", ev: "Expected value", player: "Player" };
const NAMES = ["q", "sort", "team", "side", "book", "min", "live"];

/** The choices in an address; unknown values count as none. */
export function choices(query) {
  const found = Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ""]));
  return {
    ...found, sort: Object.hasOwn(SORTS, found.sort) ? found.sort : "tip", side: ["OVER", "UNDER"].includes(found.side) ? found.side : "",
    min: /^\d{1,3}$/.test(found.min) ? found.min : "", live: found.live === "1" ? "1" : "",
  };
}

/** The parameters to put into an address; the default sort is left out. */
export const asQuery = (chosen) => ({ ...chosen, sort: chosen.sort === "tip" ? "" : chosen.sort });
export const isFiltered = (chosen) => NAMES.some((name) => name !== "sort" && chosen[name] !== "");

const KEYS = { edge: (row) => -Math.abs(row.edge ?? 0), probability: (row) => -(row.probability ?? 0), ev: (row) => -(row.ev ?? -1000), player: (row) => row.lastName };

/** The rows to show, in order. Rows have player, lastName, team, opponent, direction, edge, probability, book, kind. */
export function chosenRows(rows, chosen) {
  const words = plain(chosen.q).split(/\s+/).filter(Boolean);
  const kept = rows.filter((row) => (!chosen.team || row.team === chosen.team || row.opponent === chosen.team)
    && (!chosen.side || row.direction === chosen.side) && (!chosen.book || row.book === chosen.book)
    && (!chosen.min || (row.probability ?? 0) >= Number(chosen.min)) && (!chosen.live || row.kind === "LIVE")
    && words.every((word) => plain(`${row.player} ${teamWords(row.team)} ${teamWords(row.opponent)}`).includes(word)));
  const key = KEYS[chosen.sort];
  return key ? kept.map((row, index) => [key(row), index, row]).sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1])).map((item) => item[2]) : kept;
}

/** The controls; `change(choices)` is called with every new choice. */
export function toolbar(change) {
  let chosen = choices(new URLSearchParams());
  let timer = 0;
  const set = (name, value) => change({ ...chosen, [name]: value });
  const select = (name, label) => el("select", { "aria-label": label, onchange: (event) => set(name, event.target.value) });
  const search = el("input", {
    type: "search", "aria-label": "Find a player or team", placeholder: "Search", autocomplete: "off",
    oninput: (event) => { clearTimeout(timer); timer = setTimeout(() => set("q", event.target.value.trim()), 120); },
  });
  const sort = select("sort", "Sort by"), team = select("team", "Team"), side = select("side", "Side"), books = select("book", "Book"), least = select("min", "Least probability");
  const live = el("input", { type: "checkbox", onchange: (event) => set("live", event.target.checked ? "1" : "") });
  const count = el("span", { class: "filter-count" });
  const clear = el("button", { type: "button", class: "quiet clear", onclick: () => change({ ...choices(new URLSearchParams()), sort: chosen.sort }) }, "Clear filters");
  const more = el("details", { class: "filters" }, el("summary", {}, "Filter ", count),
    el("div", { class: "filter-box" }, team, side, books, least, el("label", {}, live, " LIVE only"), clear));
  const node = el("div", { class: "toolbar", role: "search", "aria-label": "Sort and filter" }, search, sort, more);
  const options = (box, list, value) => {
    box.replaceChildren(...list.map(([key, label]) => el("option", { value: key }, label)));
    box.value = list.some(([key]) => key === value) ? value : "";
  };
  const update = (now, rows) => {
    chosen = now;
    if (document.activeElement !== search) search.value = now.q;
    const among = (values) => [...new Set(values.filter(Boolean))].sort();
    options(sort, Object.entries(SORTS).filter(([key]) => key !== "ev" || now.sort === "ev" || rows.some((row) => (row.ev ?? null) !== null)).map(([key, label]) => [key, `Sort: ${label}`]), now.sort);
    options(team, [["", "All teams"], ...among(rows.flatMap((row) => [row.team, row.opponent])).map((code) => [code, code])], now.team);
    options(side, [["", "Over and under"], ["OVER", "Over"], ["UNDER", "Under"]], now.side);
    options(books, [["", "All books"], ...among(rows.map((row) => row.book)).map((key) => [key, book(key)])], now.book);
    options(least, [["", "Any probability"], ...[52, 55, 60, 65, 70].map((value) => [String(value), `${value} % or more`])], now.min);
    live.checked = now.live === "1";
    const active = NAMES.filter((name) => !["q", "sort"].includes(name) && now[name] !== "").length;
    count.textContent = active ? `(${active})` : "";
    clear.hidden = !isFiltered(now);
  };
  return { node, update };
}
