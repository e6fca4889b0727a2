"""Plots of a backtest, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from courtside.errors import ConfigError

if TYPE_CHECKING:
    from altair import Chart, LayerChart


def calibration(bins: pl.DataFrame, title: str) -> LayerChart:
    """Return how often over happened in each bin of stated probability, with intervals, beside perfect calibration."""
    alt = _altair()
    stated = alt.X("stated_pct:Q", title="stated probability of over, %").scale(zero=False)
    happened = alt.Y("observed_pct:Q", title="happened, %").scale(zero=False)
    ends = bins["stated_pct"].to_list()
    perfect = pl.DataFrame({"stated_pct": ends, "observed_pct": ends}, schema=["stated_pct", "observed_pct"])
    points = alt.Chart(bins).mark_point(filled=True).encode(stated, happened, tooltip=bins.columns)
    whiskers = alt.Chart(bins).mark_rule().encode(stated, alt.Y("low_pct:Q", title="happened, %"), alt.Y2("high_pct:Q"))
    line = alt.Chart(perfect).mark_line(strokeDash=[4, 3], color="grey").encode(stated, happened)
    chart: LayerChart = alt.layer(line, whiskers, points).properties(title=title)
    return chart


def errors(weeks: pl.DataFrame, title: str) -> Chart:
    """Return the mean absolute errors of the estimator and of the line by week."""
    alt = _altair()
    named = weeks.rename({"mae": "estimator", "line_mae": "line"})
    long = named.unpivot(["estimator", "line"], index=["week", "n"], variable_name="of", value_name="mae")
    chart: Chart = (
        alt.Chart(long)
        .mark_line(point=True)
        .encode(
            alt.X("week:T", title="week"),
            alt.Y("mae:Q", title="mean absolute error, points").scale(zero=False),
            alt.Color("of:N", title=None),
            tooltip=["week:T", "of:N", "mae:Q", "n:Q"],
        )
        .properties(title=title)
    )
    return chart


def _altair() -> Any:
    try:
        import altair
    except ModuleNotFoundError as error:
        raise ConfigError(f"{error.name} is not installed. `pip install 'courtside[notebook]'`") from error
    return altair
