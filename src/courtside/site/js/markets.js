// The market that the pages show. It is chosen in the header and is part of the address as `market`; without it, points.
import { maybe, readAhead, useMarketFiles } from "./data.js";
import { el, replace } from "./dom.js";

const POINTS = { name: "points", label: "points", folder: "v1/" };
const select = document.getElementById("market");
let listed = [POINTS];
let current = POINTS;

/** The address of this view in a market; points are named only to leave another market. */
function address(name) {
  const [path, query = ""] = location.hash.split("?");
  const parameters = new URLSearchParams(query);
  if (name) parameters.set("market", name);
  else parameters.delete("market");
  const text = parameters.toString();
  return `${path || "#/picks"}${text ? `?${text}` : ""}`;
}

const keep = (name) => history.replaceState(history.state, "", address(name));

/** Show the market that an address names, or else the current one; return whether it changed. */
export function useMarket(named) {
  const before = current.name;
  if (named) current = listed.find((market) => market.name === named) ?? listed[0];
  useMarketFiles(current);
  select.value = current.name;
  const kept = current.name === POINTS.name ? null : current.name;
  if ((named ?? null) !== kept) keep(kept);
  return before !== current.name;
}

/** List the published markets; the choice is hidden where there is only one. Their files are loaded when it is opened. */
export async function startMarkets() {
  const published = await maybe("markets.json");
  listed = published?.markets ?? [POINTS];
  current = listed.find((market) => market.name === POINTS.name) ?? POINTS;
  const name = ({ label, short }) => (label.includes("+") ? short : label);
  replace(select, listed.map((market) => el("option", { value: market.name, title: `${market.label}. ${market.verdict}` }, name(market))));
  select.hidden = listed.length < 2;
  document.body.classList.toggle("has-markets", !select.hidden);
  const ahead = () => listed.filter((market) => market !== current).forEach(readAhead);
  for (const event of ["pointerdown", "focus"]) select.addEventListener(event, ahead);
  select.addEventListener("change", () => { location.hash = address(select.value); });
}
