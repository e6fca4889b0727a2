// Addresses of the site: `#/page/part/part?name=value`. The state of a view is in its address, so that it can be shared.
const decoded = (text) => { try { return decodeURIComponent(text); } catch { return ""; } };

/** Return page, parts and parameters of a hash; null where the hash is not the address of a page, such as `#main`. */
export function parse(hash) {
  if (hash !== "" && hash !== "#" && !hash.startsWith("#/")) return null;
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page, ...parts] = path.split("/").map(decoded);
  return { page: page || "picks", parts, query: new URLSearchParams(query) };
}

/** The hash of an address; parameters that are empty are left out. */
export function href(parts, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const search = given.length ? `?${new URLSearchParams(given)}` : "";
  return `#/${parts.filter((part) => part !== null && part !== undefined).map(encodeURIComponent).join("/")}${search}`;
}
