// Loading of public files; each is cached for five minutes. The address of every file is made here.
const FRESH_MS = 300_000;
const kept = new Map();
/** Files that all markets share; a market's other files have the same paths below its own folder. */
const SHARED = /^(status\.json|markets\.json|feed\.xml|quality\/.*)$/;
let market = { folder: "v1/", label: "points" };
/** The paths that the shown view has read, the newest view only. */
const read = new Set();

export const useMarketFiles = (chosen) => { market = chosen; };
export const fileAddress = (path) => `${SHARED.test(path) ? "v1/" : market.folder}${path}`;
/** What is counted in the market that is shown, as “points”. */
export const unit = () => market.label;
export const titledUnit = () => `${market.label[0].toUpperCase()}${market.label.slice(1)}`;
/** The file with every feature value of the picks of a date. */
export const valuesPath = (date) => `${market.folder === "v1/" ? "quality" : "features"}/${date}.json`;
const isSum = () => market.label.includes("+");
/** “assist” for 1, else “assists”. */
export const counted = (number) => (number === 1 && !isSum() ? market.label.replace(/s$/, "") : market.label);
/** “1 assist”, “13 PRA”: a result where space is short. */
export const amount = (number) => `${number} ${isSum() ? market.short : counted(number)}`;
/** The edges at which a prediction takes a side (`least`) and counts as high for the signal; undefined where not published. */
export const edges = () => ({ least: market.least_edge, high: market.high_edge });

export class Missing extends Error {
  constructor(path, status, detail) {
    super(status === 404 ? `${path} has not been published.` : `${path} could not be read (${detail}).`);
    this.status = status;
  }
}

async function load(address) {
  let response;
  try {
    response = await fetch(address, { cache: "no-cache", credentials: "omit" });
  } catch (error) {
    throw new Missing(address, 0, "no connection");
  }
  if (!response.ok) throw new Missing(address, response.status, `status ${response.status}`);
  try {
    return await response.json();
  } catch (error) {
    throw new Missing(address, 0, "not JSON");
  }
}

export function get(path) {
  read.add(path);
  return getAt(fileAddress(path));
}

function getAt(address) {
  const found = kept.get(address);
  if (found && Date.now() - found.at < FRESH_MS) return found.promise;
  const promise = load(address);
  promise.catch(() => kept.delete(address));
  kept.set(address, { at: Date.now(), promise });
  return promise;
}

/** Load an optional file; null where it has not been published. */
export const maybe = (path) => get(path).catch((error) => {
  if (error instanceof Missing) return null;
  throw error;
});

export const forget = () => kept.clear();
export const beginView = () => read.clear();

/** Load the files of the shown view in another market, so that a change to it waits for nothing. */
export function readAhead({ folder }) {
  for (const path of read) if (!SHARED.test(path)) getAt(`${folder}${path}`).catch(() => {});
}

/** Return the season of a date, by `status.json`. */
export function seasonOf(status, date) {
  const seasons = status?.seasons ?? [];
  if (!date || !seasons.length) return null;
  const started = seasons.filter((season) => season.start <= date);
  return started.at(-1) ?? seasons[0];
}

export async function seasonFiles(date, wanted = null) {
  const newest = get("subsets/season.json");
  newest.catch(() => {});
  maybe("results/season.json");
  const status = await maybe("status.json");
  const season = wanted ? status?.seasons.find((item) => item.season === wanted) : seasonOf(status, date);
  const isNewest = !season || season.season === status.seasons.at(-1).season;
  const name = isNewest ? "season" : `seasons/${season.season}`;
  const [subsets, results] = await Promise.all([get(`subsets/${name}.json`), maybe(`results/${name}.json`)]);
  return { status, subsets, results, path: `subsets/${name}.json` };
}
