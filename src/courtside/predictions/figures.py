"""Figures of a system: all rows, each season, month and range of lines, with sides and probability."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from courtside.predictions import measures
from courtside.predictions.measures import Figures

LINE_HEIGHTS = ((0.0, 10.0), (10.0, 15.0), (15.0, 20.0), (20.0, 25.0), (25.0, 100.0))
SUSPICIOUS_PCT, SUSPICIOUS_ROWS = 60.0, 1000
"""A hit rate above this, on more picks than this, is treated as leakage until it is explained."""

FARTHEST_ABOVE_LINE, LEAST_BELOW_EWMA = 0.15, 0.05
MOST_ECE = 0.02
FEWEST_PRICED = 500
"""With fewer two-sided prices than this, the log loss is not compared with the market's."""


def system_figures(rows: pl.DataFrame, scale: float = 1.0) -> Figures:
    """Return every figure of one system; bands of edges are those of points multiplied by `scale`.

    `rows` has game_date, season, prediction, points, line, line_timing, ewma, prices, consensus_line, opening_line and
    snapshots, and prediction_with_line and probability_over, which may be NULL. `timings` separates lines that were
    shown before tip-off from lines whose source gives no time.
    """
    return {
        "all": whole(rows, scale),
        "timings": {name: whole(part, scale) for name, part in _by(rows, pl.col("line_timing"))},
        "seasons": {name: whole(part, scale) for name, part in _by(rows, pl.col("season"))},
        "months": {name: _brief(part) for name, part in _by(rows, pl.col("game_date").dt.strftime("%Y-%m"))},
        "line_heights": {name: _brief(part) for name, part in _by_height(rows)},
    }


def line_figures(rows: pl.DataFrame) -> Figures:
    """Return the mean absolute errors of the line, the consensus, ewma and the oracle, overall and by season."""
    columns = {"line": "line", "consensus": "consensus_line", "ewma": "ewma", "oracle": "oracle"}

    def errors_of(part: pl.DataFrame) -> Figures:
        return {
            name: measures.mean_of(part, (pl.col(column) - pl.col("points")).abs()) for name, column in columns.items()
        } | {"bias": measures.mean_of(part, pl.col("line") - pl.col("points"))}

    return {"all": errors_of(rows), "seasons": {name: errors_of(part) for name, part in _by(rows, pl.col("season"))}}


def targets_of(figures: Figures) -> list[Figures]:
    """Return each target of each season with the measured figure, the bound and whether it is met.

    The targets of the error with the line and of the log loss are also met where the 95 % interval contains the bound;
    `by_interval` is then true.
    """
    targets: list[Figures] = []
    for season, part in figures["seasons"].items():
        free, aware, probability = part["errors"], part["errors_with_line"], part["probability"]
        targets += [
            _target(season, "MAE without the line, above the line's", free["above_line"], FARTHEST_ABOVE_LINE),
            _target(season, "MAE below EWMA's", free["below_ewma"], LEAST_BELOW_EWMA, at_least=True),
            _target(season, "MAE with the line, above the line's", aware["above_line"], 0.0, within_noise=True),
        ]
        ece = {"mean": probability.get("ece"), "n": probability["n"]}
        targets.append(_target(season, "expected calibration error of P(over)", ece, MOST_ECE))
        beside = probability.get("beside_market", {"n": 0})
        if beside["n"] >= FEWEST_PRICED:
            above = beside["log_loss_above_market"]
            targets.append(_target(season, "log loss above the market's", above, 0.0, within_noise=True))
    return [item for item in targets if item["measured"] is not None]


def suspicions_of(systems: dict[str, Figures], line: Figures, *, has_oracle: bool = True) -> list[str]:
    """Return a sentence for each figure that is too good to be true; such a figure is treated as leakage.

    Errors are compared with the oracle's where `has_oracle`: the rate of ten games is too noisy in rarer counts.
    """
    oracle = line["all"]["oracle"]["mean"] if has_oracle else None
    sentences = []
    for name, figures in systems.items():
        error = figures["all"]["errors"]["mae"]["mean"]
        if oracle is not None and error is not None and error <= oracle:
            sentences.append(
                f"{name} has an error of {error:.3f} points, no larger than that of the oracle that knows minutes "
                f"({oracle:.3f})"
            )
        for what, part in _hit_rates(figures):
            if part["n"] > SUSPICIOUS_ROWS and part["hit_pct"] > SUSPICIOUS_PCT:
                sentences.append(f"{name} hits {part['hit_pct']:.1f} % of {part['n']:,} sides, {what}")
    return sentences


def _hit_rates(figures: Figures) -> Iterator[tuple[str, Figures]]:
    for span, part in (("all dates", figures["all"]), *figures["seasons"].items()):
        yield f"{span}, every edge", part["sides"]
        for band in part["edge_bands"]:
            yield f"{span}, edge from {band['from']:g}", band


def _target(
    season: str, target: str, measured: Figures, bound: float, *, at_least: bool = False, within_noise: bool = False
) -> Figures:
    mean, low = measured["mean"], measured.get("low")
    met = None if mean is None else mean >= bound if at_least else mean <= bound
    by_interval = within_noise and met is False and low is not None and low <= bound
    met = met or by_interval
    kept = {name: measured.get(name) for name in ("low", "high", "n")}
    words = "at least" if at_least else "at most"
    return (
        {"season": season, "target": target, "bound": bound, "words": words, "measured": mean, "met": met}
        | {"by_interval": by_interval}
        | kept
    )


def verdict(target: Figures) -> str:
    """Return whether a target is met; where the interval decided it, the text states the interval."""
    if target["by_interval"]:
        span = f"{target['low']:+.4f} to {target['high']:+.4f}"
        return f"met within its 95 % interval ({span} contains {target['bound']:g})"
    return "met" if target["met"] else "not met"


def whole(rows: pl.DataFrame, scale: float = 1.0) -> Figures:
    """Return errors without and with the line, sides, edge bands, probability and closing-line value of rows."""
    aware = rows.filter(pl.col("prediction_with_line").is_not_null())
    return {
        "errors": measures.errors(rows, "prediction"),
        "errors_with_line": measures.errors(aware, "prediction_with_line"),
        "sides": measures.sides(rows),
        "edge_bands": measures.edge_bands(rows, scale),
        "probability": measures.probability(rows),
        "closing_line_value": measures.closing_line_value(rows),
    }


def _brief(rows: pl.DataFrame) -> Figures:
    return {"errors": measures.errors(rows, "prediction"), "sides": measures.sides(rows)}


def _by(rows: pl.DataFrame, key: pl.Expr) -> Iterator[tuple[str, pl.DataFrame]]:
    parts: dict[Any, pl.DataFrame] = rows.with_columns(key_=key).partition_by("key_", as_dict=True, include_key=False)
    for (name,) in sorted(parts):
        yield str(name), parts[(name,)]


def _by_height(rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for low, high in LINE_HEIGHTS:
        part = rows.filter((pl.col("line") >= low) & (pl.col("line") < high))
        if part.height:
            yield (f"{low:g} and above" if high >= LINE_HEIGHTS[-1][1] else f"{low:g} to {high:g}"), part
