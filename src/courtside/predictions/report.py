"""The evaluation as one self-contained HTML page: errors beside the line, probability as a plot, sides by edge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from courtside.predictions.evaluation import Evaluation
from courtside.predictions.figures import verdict
from courtside.predictions.measures import BREAK_EVEN_PCT, Figures
from courtside.predictions.plots import MONTHS_STYLE, monthly_errors, reliability_plot

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#1f2328}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{padding:.3rem .6rem;text-align:left;
border-bottom:1px solid #d8dee4;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.mark{display:inline-block;border:2px solid currentColor;border-radius:6px;padding:0 .5rem;font-weight:700}
.leak{background:#b42318;color:#fff;padding:.75rem 1rem;border-radius:8px}svg{max-width:100%;height:auto}
svg text{font:12px system-ui,sans-serif;fill:currentColor}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}th,td{border-color:#30363d}}
"""


TIMINGS = {"pre_tip": "shown before tip-off", "untimed": "no time noted"}


def html(found: Evaluation) -> str:
    """Return the evaluation as a page that reads nothing from anywhere."""
    champion = found.systems[found.champion]
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width,initial-scale=1'>",
        f"<title>Evaluation {found.start} to {found.end}</title><style>{STYLE}{MONTHS_STYLE}</style>",
        _head(found),
        _targets(found),
        "<h2>Errors beside the line, on the same rows</h2>",
        *(_errors(found, season) for season in ("", *found.line["seasons"])),
        f"<h2>{escape(found.champion)} by month</h2>",
        monthly_errors(champion["months"]),
        _spans(champion["months"], "month"),
        f"<h2>{escape(found.champion)} by height of the line</h2>",
        _spans(champion["line_heights"], "line"),
        f"<h2>{escape(found.champion)} by when the line was seen</h2>",
        _spans({TIMINGS[name]: part for name, part in champion["timings"].items()}, "lines"),
        f"<h2>Probability of over, {escape(found.champion)}</h2>",
        reliability_plot(champion["all"]["probability"].get("bins", [])),
        _bins(champion["all"]["probability"].get("bins", [])),
        _honesty(found),
        f"<h2>Sides by edge, {escape(found.champion)}</h2>",
        _bands(champion),
        _closing(found),
        _live(found),
        "</html>",
    ]
    return "\n".join(part for part in parts if part)


def number(value: float | None, digits: int = 3) -> str:
    """Return a figure for people, a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def interval(figure: Figures, digits: int = 3) -> str:
    """Return a mean with its interval, as `+0.031 (+0.012 to +0.050)`."""
    if figure["mean"] is None:
        return "–"
    mean, low, high = (f"{figure[name]:+.{digits}f}" for name in ("mean", "low", "high"))
    return f"{mean} ({low} to {high})"


def _head(found: Evaluation) -> str:
    counts = "; ".join(f"{n:,} {escape(why)}" for why, n in found.rows.items() if n)
    gaps = "".join(f"<li>{escape(item)}</li>" for item in found.holes)
    leaks = "".join(f"<p class='leak'>Presumed leak: {escape(item)}</p>" for item in found.suspicions)
    return (
        f"<h1>Evaluation, {found.start} to {found.end} <span class='mark'>{found.kind}</span></h1>{leaks}"
        f"<p>Walked forward: {found.models} models, each trained on earlier dates only and predicting the week after. "
        f"Rows: {counts}. Intervals are 95 %, with the games of a date as one draw.</p><ul>{gaps}</ul>"
    )


def _targets(found: Evaluation) -> str:
    rows = (
        (
            item["season"],
            item["claim"],
            f"{item['words']} {item['bound']:g}",
            number(item["measured"], 4),
            _between(item),
            f"{item['n']:,}",
            verdict(item),
        )
        for item in found.targets
    )
    heads = ("season", "target", "bound", "measured", "95 % interval", "n", "")
    return "<h2>Targets</h2>" + table(heads, rows, 3)


def _errors(found: Evaluation, season: str) -> str:
    line = found.line["seasons"][season] if season else found.line["all"]
    rows = []
    for name, figures in found.systems.items():
        part = figures["seasons"].get(season) if season else figures["all"]
        error, aware = part["errors"], part["errors_with_line"]
        rows.append(
            (
                name,
                f"{error['n']:,}",
                number(error["mae"]["mean"]),
                number(error["rmse"]),
                interval(error["bias"]),
                interval(error["above_line"]),
                interval(error["below_ewma"]),
                interval(aware["above_line"]),
            )
        )
    for name in ("line", "oracle"):
        mae = line[name]
        bias = interval(line["bias"]) if name == "line" else "–"
        rows.append((name, f"{mae['n']:,}", number(mae["mean"]), "–", bias, "–", "–", "–"))
    heads = (
        "system",
        "n",
        "MAE",
        "RMSE",
        "bias",
        "MAE above the line's",
        "MAE below EWMA's",
        "with the line, above it",
    )
    note = "<p>The oracle knows the minutes played: nothing honest errs less.</p>" if not season else ""
    return f"<h3>{season or 'All dates'}</h3>{note}" + table(heads, rows, 1)


def _spans(spans: Figures, head: str) -> str:
    rows = (
        (
            name,
            f"{part['errors']['n']:,}",
            number(part["errors"]["mae"]["mean"]),
            number(part["errors"]["line_mae"]),
            interval(part["errors"]["above_line"]),
            interval(part["errors"]["bias"]),
            f"{number(part['sides']['hit_pct'], 1)} ({number(part['sides']['low_pct'], 1)} to "
            f"{number(part['sides']['high_pct'], 1)})",
        )
        for name, part in spans.items()
    )
    return table((head, "n", "MAE", "line's MAE", "above the line's", "bias", "hit rate, %"), rows, 1)


def _bins(bins: Sequence[Figures]) -> str:
    rows = (
        (
            f"{one['said_pct']:.1f}",
            f"{one['came_pct']:.1f}",
            f"{one['low_pct']:.1f} to {one['high_pct']:.1f}",
            f"{one['n']:,}",
        )
        for one in bins
    )
    return table(("said, %", "came, %", "95 % interval", "n"), rows, 0)


def _honesty(found: Evaluation) -> str:
    rows = []
    for name, figures in found.systems.items():
        for span, part in (("all", figures["all"]), *figures["seasons"].items()):
            chance = part["probability"]
            beside = chance.get("beside_market", {"n": 0})
            if not chance["n"] or (span != "all" and name != found.champion):
                continue
            market = beside["market"]["log_loss"] if beside["n"] else None
            ours = beside["ours"]["log_loss"] if beside["n"] else None
            above = interval(beside["log_loss_above_market"], 4) if beside["n"] else "–"
            rows.append(
                (
                    name,
                    span,
                    f"{chance['n']:,}",
                    f"{number(chance['ece'], 4)} ({number(chance['ece_of_noise'], 4)})",
                    f"{number(chance['ece_equal_counts'], 4)} ({number(chance['ece_equal_counts_of_noise'], 4)})",
                    number(chance["brier"], 4),
                    number(chance["log_loss"], 4),
                    f"{beside['n']:,}",
                    number(ours, 4),
                    number(market, 4),
                    above,
                )
            )
    heads = (
        "system",
        "span",
        "n",
        "ECE (by chance)",
        "ECE, equal counts (by chance)",
        "Brier",
        "log loss",
        "n priced",
        "ours",
        "market's",
        "above it",
    )
    return "<p>Where both sides have a real price, the market's no-vig probability stands beside ours.</p>" + table(
        heads, rows, 2
    )


def _bands(champion: Figures) -> str:
    rows = (
        (
            span,
            f"{band['from']:g}{' or more' if band['to'] is None else ' to ' + format(band['to'], 'g')}",
            f"{band['n']:,}",
            number(band["hit_pct"], 1),
            f"{number(band['low_pct'], 1)} to {number(band['high_pct'], 1)}",
            f"{BREAK_EVEN_PCT}",
            number(band["units"], 1),
        )
        for span, part in (("all", champion["all"]), *champion["seasons"].items())
        for band in part["edge_bands"]
    )
    heads = ("span", "edge, points", "sides", "hit rate, %", "95 % interval", "−110 needs, %", "units")
    return "<p>No claim of profit: units are at the price of the side, −110 where there is none.</p>" + table(
        heads, rows, 2
    )


def _closing(found: Evaluation) -> str:
    rows = (
        (name, f"{figures['all']['closing_line_value']['n']:,}", interval(figures["all"]["closing_line_value"]))
        for name, figures in found.systems.items()
    )
    return "<h2>How far the market moved toward a prediction, from opening to close</h2>" + table(
        ("system", "n", "points"), rows, 1
    )


def _live(found: Evaluation) -> str:
    if not found.live:
        return "<h2>LIVE</h2><p>Nothing stored was said before tip-off of these dates.</p>"
    rows = (
        (
            name,
            f"{part['errors']['n']:,}",
            number(part["errors"]["mae"]["mean"]),
            number(part["errors"]["line_mae"]),
            interval(part["errors"]["above_line"]),
            number(part["sides"]["hit_pct"], 1),
        )
        for name, part in found.live.items()
    )
    return "<h2>LIVE</h2>" + table(("system", "n", "MAE", "line's MAE", "above the line's", "hit rate, %"), rows, 1)


def _between(item: Figures) -> str:
    return "–" if item["low"] is None else f"{item['low']:+.3f} to {item['high']:+.3f}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], text_columns: int) -> str:
    """Return an HTML table; columns after the first `text_columns` are numbers."""

    def cells(values: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{'' if place < text_columns else ' class=n'}>{escape(value)}</{tag}>"
            for place, value in enumerate(values)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><tr>{cells(heads, 'th')}</tr>{body}</table>"
