// Charts as plain SVG: axes, lines, bands, bars.
import { svg } from "./dom.js";

const GAP = { left: 38, right: 12, top: 10, bottom: 22 };

function frame(width, height, y, ticks, unit) {
  const scale = (value) => height - GAP.bottom - ((value - y[0]) / (y[1] - y[0])) * (height - GAP.top - GAP.bottom);
  const lines = ticks.map((tick) => svg("g", {},
    svg("line", { x1: GAP.left, x2: width - GAP.right, y1: scale(tick), y2: scale(tick), class: "grid" }),
    svg("text", { x: GAP.left - 6, y: scale(tick) + 4, class: "tick end" }, `${tick}${unit}`.replace("-", "−"))));
  return { scale, lines };
}

const clamp = (value, [low, high]) => Math.max(low, Math.min(high, value));

/** Lines with bands over evenly spaced points; `marks` are level lines, `tips` a text for each point. */
export function lines(width, height, { y, ticks, unit = "", labels, series, marks = [], tips = [] }) {
  const { scale, lines: grid } = frame(width, height, y, ticks, unit);
  const inner = width - GAP.left - GAP.right;
  const x = (index) => GAP.left + (labels.length < 2 ? inner / 2 : (index * inner) / (labels.length - 1));
  const point = (index, value) => `${x(index).toFixed(1)},${scale(clamp(value, y)).toFixed(1)}`;
  const drawn = series.map(({ name, values, bands }) => {
    const there = values.map((value, index) => [index, value]).filter(([, value]) => value !== null);
    const edges = (bands ?? []).map((band, index) => [index, band]).filter(([, band]) => band);
    return svg("g", { class: `series ${name}` },
      edges.length > 1 && svg("polygon", { class: "band", points: [
        ...edges.map(([index, band]) => point(index, band.high)), ...edges.reverse().map(([index, band]) => point(index, band.low)),
      ].join(" ") }),
      there.length > 1 && svg("polyline", { class: "line", points: there.map(([index, value]) => point(index, value)).join(" ") }),
      (there.length < 40) && there.map(([index, value]) => svg("circle", { class: "dot", r: 2.4, cx: x(index), cy: scale(clamp(value, y)) })));
  });
  const each = Math.max(1, Math.ceil(labels.length / Math.max(2, Math.floor(inner / 80))));
  const axis = labels.map((label, index) => index % each === 0 && index <= labels.length - 1 - each / 2 && svg("text", {
    x: x(index), y: height - 6, class: index === 0 ? "tick" : "tick middle",
  }, label));
  const isAbove = (mark) => series.some(({ values }) => (values.findLast((value) => value !== null) ?? 0) >= mark.at);
  const levels = marks.map((mark) => svg("g", { class: "mark" },
    svg("line", { x1: GAP.left, x2: width - GAP.right, y1: scale(mark.at), y2: scale(mark.at) }),
    svg("text", { x: width - GAP.right, y: scale(mark.at) + (isAbove(mark) ? 14 : -5), class: "tick end" }, mark.label)));
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, grid, drawn, levels, axis,
    bands(tips, x, inner / Math.max(1, labels.length - 1), height));
}

/** Upright strips over a chart, each with a tooltip. */
const bands = (tips, x, step, height) => tips.map((tip, index) => tip && svg("rect", {
  class: "reach", "data-tip": tip, x: x(index) - step / 2, width: step, y: 0, height: height - GAP.bottom,
}));

/** Upright bars with a label under each; `tone(bar)` names its class. */
export function bars(width, height, { y, ticks, unit = "", items, marks = [], tone }) {
  const { scale, lines: grid } = frame(width, height, y, ticks, unit);
  const step = (width - GAP.left - GAP.right) / Math.max(1, items.length);
  const each = Math.ceil(46 / step);
  const drawn = items.map((item, index) => {
    const top = scale(clamp(item.value, y));
    return svg("g", {},
      svg("rect", {
        x: GAP.left + index * step + step * 0.15, width: step * 0.7, y: top, height: Math.max(0, height - GAP.bottom - top),
        class: `column ${tone(item)}`, rx: Math.min(2, step * 0.1),
      }),
      item.value > y[1] && svg("text", { x: GAP.left + (index + 0.5) * step, y: GAP.top + 12, class: "tick middle cut" }, item.cut),
      svg("rect", { class: "reach", "data-tip": item.title, x: GAP.left + index * step, width: step, y: 0, height: height - GAP.bottom }),
      index % each === 0 && svg("text", { x: GAP.left + (index + 0.5) * step, y: height - 6, class: "tick middle" }, item.label));
  });
  const levels = marks.map((mark) => svg("g", { class: "mark" },
    svg("line", { x1: GAP.left, x2: width - GAP.right, y1: scale(mark.at), y2: scale(mark.at) }),
    svg("text", { x: width - GAP.right, y: scale(mark.at) - 4, class: "tick end" }, mark.label)));
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, grid, drawn, levels);
}

/** Stated probability against what happened, with intervals; on the diagonal both are the same. */
export function calibration(width, height, bins) {
  const { scale, lines: grid } = frame(width, height, [0, 100], [0, 25, 50, 75, 100], "");
  const x = (value) => GAP.left + (value / 100) * (width - GAP.left - GAP.right);
  const most = Math.max(...bins.map((bin) => bin.n), 1);
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, grid,
    [0, 25, 50, 75, 100].map((tick) => svg("text", { x: x(tick), y: height - 6, class: "tick middle" }, tick)),
    svg("line", { class: "diagonal", x1: x(0), y1: scale(0), x2: x(100), y2: scale(100) }),
    bins.map((bin) => svg("g", { class: "series model", "data-tip": `stated ${bin.mean_probability} % on average, went over ${bin.over_pct} % of ${bin.n} predictions` },
      svg("line", { class: "whisker", x1: x(bin.mean_probability), x2: x(bin.mean_probability), y1: scale(bin.interval_low), y2: scale(bin.interval_high) }),
      svg("circle", { class: "dot", cx: x(bin.mean_probability), cy: scale(bin.over_pct), r: 3 + 5 * Math.sqrt(bin.n / most) }))));
}
