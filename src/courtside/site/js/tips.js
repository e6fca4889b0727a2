// Tooltips: an element with `data-tip` shows that text on hover, touch and keyboard focus.
import { el } from "./dom.js";

export function startTips() {
  const box = el("div", { class: "tip", role: "tooltip", hidden: true });
  document.body.append(box);
  const hide = () => { box.hidden = true; };
  const show = (event) => {
    const target = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
    if (!target) return hide();
    box.textContent = target.dataset.tip;
    box.hidden = false;
    const place = target.getBoundingClientRect(), own = box.getBoundingClientRect();
    const left = Math.max(6, Math.min(place.left + place.width / 2 - own.width / 2, document.documentElement.clientWidth - own.width - 6));
    const above = place.top - own.height - 6;
    box.style.left = `${left}px`;
    box.style.top = `${above < 4 ? place.bottom + 6 : above}px`;
    return undefined;
  };
  for (const name of ["pointerover", "pointerdown", "focusin"]) document.addEventListener(name, show);
  for (const name of ["scroll", "hashchange"]) addEventListener(name, hide, { passive: true });
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
}
