"""Plots of an evaluation as SVG: the reliability of a probability, and errors by month beside the line's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from courtside.predictions.measures import Figures

SIZE, EDGE = 340, 40
LOW_PCT, HIGH_PCT = 25.0, 75.0
MONTH_WIDTH, MONTH_HEIGHT = 900, 220
OURS, LINE = "#0969da", "#bc4c00"
MONTHS_STYLE = f".ours{{stroke:{OURS};fill:{OURS}}}.line{{stroke:{LINE};fill:{LINE}}}path{{fill:none!important}}"


def reliability_plot(bins: Sequence[Figures]) -> str:
    """Return how often over came beside how likely it was said to be, in %, with intervals; the diagonal is perfect."""
    if not bins:
        return ""
    low = min(LOW_PCT, *(one["low_pct"] for one in bins), *(one["said_pct"] for one in bins))
    high = max(HIGH_PCT, *(one["high_pct"] for one in bins), *(one["said_pct"] for one in bins))
    across, up = _scale(low, high, EDGE, SIZE - 10), _scale(low, high, SIZE - EDGE, 10)
    marks = []
    for one in bins:
        x, low_y, high_y = across(one["said_pct"]), up(one["low_pct"]), up(one["high_pct"])
        marks.append(
            f"<line class='ours' x1='{x:.1f}' x2='{x:.1f}' y1='{low_y:.1f}' y2='{high_y:.1f}'/>"
            f"<circle class='ours' cx='{x:.1f}' cy='{up(one['came_pct']):.1f}' r='3.5'><title>said "
            f"{one['said_pct']:.1f} %, came {one['came_pct']:.1f} % of {one['n']:,}</title></circle>"
        )
    ticks = "".join(
        f"<text x='{across(value):.1f}' y='{SIZE - EDGE + 18}' text-anchor='middle'>{value}</text>"
        f"<text x='{EDGE - 6}' y='{up(value) + 4:.1f}' text-anchor='end'>{value}</text>"
        for value in range(10, 100, 10)
        if low <= value <= high
    )
    label = "How often over came, in %, against the probability that was said, in ten bins of as many rows"
    return (
        f"<svg role='img' aria-label='{label}' viewBox='0 0 {SIZE} {SIZE}' width='{SIZE}'>"
        f"<line x1='{across(low):.1f}' y1='{up(low):.1f}' x2='{across(high):.1f}' y2='{up(high):.1f}' "
        f"stroke='currentColor' stroke-dasharray='4 3'/>{''.join(marks)}{ticks}"
        f"<text x='{SIZE / 2}' y='{SIZE - 4}' text-anchor='middle'>said, %</text>"
        f"<text x='12' y='{SIZE / 2}' transform='rotate(-90 12 {SIZE / 2})' text-anchor='middle'>came, %</text></svg>"
    )


def monthly_errors(months: Figures) -> str:
    """Return the mean absolute error by month, ours and the line's, in points."""
    if len(months) < 2:
        return ""
    ours = [part["errors"]["mae"]["mean"] for part in months.values()]
    line = [part["errors"]["line_mae"] for part in months.values()]
    lowest, highest = min(*ours, *line), max(*ours, *line)
    up = _scale(lowest - 0.1, highest + 0.1, MONTH_HEIGHT - EDGE, 10)
    heights = "".join(f"<text x='0' y='{up(value) + 4:.1f}'>{value:.2f}</text>" for value in (lowest, highest))
    across = _scale(0, len(months) - 1, EDGE, MONTH_WIDTH - EDGE)
    drawn = _path(ours, "ours", across, up) + _path(line, "line", across, up)
    step = max(1, len(months) // 12)
    names = "".join(
        f"<text x='{across(place):.1f}' y='{MONTH_HEIGHT - 18}' text-anchor='middle'>{name}</text>"
        for place, name in enumerate(months)
        if place % step == 0
    )
    return (
        "<svg role='img' aria-label='Mean absolute error by month, ours and the line&#39;s, in points' "
        f"viewBox='0 0 {MONTH_WIDTH} {MONTH_HEIGHT}'>{drawn}{names}{heights}"
        f"<text x='{EDGE}' y='{MONTH_HEIGHT - 2}' class='ours'>ours</text>"
        f"<text x='{EDGE + 60}' y='{MONTH_HEIGHT - 2}' class='line'>line</text></svg>"
    )


def _path(values: Sequence[float], name: str, across: Callable[[float], float], up: Callable[[float], float]) -> str:
    points = " L".join(f"{across(place):.1f} {up(value):.1f}" for place, value in enumerate(values))
    dots = "".join(
        f"<circle class='{name}' cx='{across(place):.1f}' cy='{up(value):.1f}' r='2.5'>"
        f"<title>{value:.3f}</title></circle>"
        for place, value in enumerate(values)
    )
    return f"<path class='{name}' d='M{points}'/>{dots}"


def _scale(low: float, high: float, first: float, last: float) -> Callable[[float], float]:
    return lambda value: first + (value - low) / (high - low) * (last - first)
