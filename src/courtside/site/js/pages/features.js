// A dialog with the features of a pick, each with its value and origin.
import { get } from "../data.js";
import { el, replace, table } from "../dom.js";
import { one, percent, plural } from "../format.js";
import { jsonLink, tierClass } from "../parts.js";

const ORIGINS = {
  computed: "computed", partial: "partial window", fallback: "second definition", early: "too few games yet",
  missing: "input missing", unavailable: "source not configured",
};
const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });
const words = (name) => name.replaceAll("_", " ");

export async function openQuality(date, bet) {
  const body = el("div", { class: "dialog-body" }, el("p", { class: "loading" }, "Loading …"));
  const dialog = el("dialog", { "aria-label": `Features of ${bet.player}` },
    el("div", { class: "dialog-head" }, el("h2", {}, bet.player, " ", el("span", { class: `tier ${tierClass(bet.quality.tier)}` }, bet.quality.tier)),
      el("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: () => dialog.close() }, "✕")), body);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  try {
    const quality = await get(`quality/${date}.json`);
    replace(body, content(quality, quality.picks.find((item) => item.id === bet.id), date));
  } catch (error) {
    replace(body, el("p", { role: "alert" }, error.message));
  }
}

function content(quality, pick, date) {
  if (!pick) return el("p", {}, "The features of this pick have not been published.");
  const rows = quality.features.map((feature, index) => [
    el("span", { title: feature.sentence }, words(feature.name), el("span", { class: "sub" }, feature.sentence)),
    pick.values[index] === null ? "no value" : number.format(pick.values[index]).replace("-", "−"),
    el("span", { class: `origin ${Object.hasOwn(ORIGINS, pick.origins[index]) ? pick.origins[index] : "missing"}` },
      ORIGINS[pick.origins[index]] ?? pick.origins[index], feature.is_required ? null : el("span", { class: "sub" }, "optional")),
  ]);
  return [
    el("p", { class: "note" }, `Score ${one(pick.quality.score)} of 100. `,
      pick.completeness_last_10 === null ? "" : `The last-10 window holds ${percent(pick.completeness_last_10)} of its games. `,
      pick.games_missing ? `${plural(pick.games_missing, "game")} missing from his windows. ` : "",
      jsonLink(`quality/${date}.json`)),
    table("Features", ["Feature", { label: "Value", number: true }, "Origin"], rows),
  ];
}
