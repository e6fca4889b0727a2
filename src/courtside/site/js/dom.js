// Elements are made here and nowhere else; text only ever enters as a text node.
const SVG = "http://www.w3.org/2000/svg";

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  append(node, children);
  return node;
}

export function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export const el = (tag, props, ...children) => fill(document.createElement(tag), props, children);
export const svg = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);

export function replace(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/** A table with its roles spelt out, so that it stays one when a phone lays it out as cards. */
export function table(name, columns, rows, options = {}) {
  const head = el("tr", { role: "row" }, columns.map((column) => {
    const { label, number, hint } = typeof column === "string" ? { label: column } : column;
    return el("th", { role: "columnheader", scope: "col", class: number ? "number" : null, title: hint }, label);
  }));
  const kinds = columns.map((column) => (column.number ? "number" : column.prose ? "prose" : null));
  const body = rows.map((cells) => el("tr", { role: "row" }, cells.map((cell, index) => el("td", {
    role: "cell", class: kinds[index],
  }, cell))));
  return scrolling(name, options.class,
    el("table", { role: "table", "aria-label": name },
      el("thead", { role: "rowgroup" }, head),
      el("tbody", { role: "rowgroup" }, body)));
}

/** A box that scrolls sideways where its content is wider, with a shadow at the side where there is more. */
function scrolling(name, kind, content) {
  const box = el("div", { class: `scroll ${kind ?? ""}`, tabindex: "0", role: "region", "aria-label": name }, content);
  const mark = () => {
    box.classList.toggle("more-right", box.scrollLeft + box.clientWidth < box.scrollWidth - 2);
    box.classList.toggle("more-left", box.scrollLeft > 2);
  };
  box.addEventListener("scroll", mark, { passive: true });
  new ResizeObserver(mark).observe(box);
  return box;
}

/** A chart that is drawn again when its width changes; `draw(width)` returns an SVG element. */
export function chart(label, height, draw) {
  const box = el("div", { class: "chart", role: "img", "aria-label": label });
  box.style.height = `${height}px`;
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width > 0 && width !== drawn) {
      drawn = width;
      replace(box, draw(width, height));
    }
  }).observe(box);
  return box;
}
