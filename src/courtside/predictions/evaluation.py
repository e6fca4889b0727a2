"""Evaluation: walk forward over past dates and measure every system and the line on the same rows.

Models are trained every Monday on the rows before it, and calibrators every fourth week on earlier out-of-sample
predictions. Both begin a year before the first date, so that the first date is predicted under the same conditions
as later ones. Weeks without lines are not measured and get no model.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import narwhals as nw
import polars as pl

from courtside.league.markets import MARKETS, POINTS, Market
from courtside.league.odds import market_over_expr
from courtside.predictions.distribution_figures import distribution_figures, distributions
from courtside.predictions.errors import NoModelError
from courtside.predictions.figures import line_figures, suspicions_of, system_figures, targets_of, whole
from courtside.predictions.measures import Figures
from courtside.predictions.systems import SYSTEM_NAMES
from courtside.predictions.training import FEWEST_ROWS
from courtside.predictions.walk_forward import (
    CALIBRATED_EVERY_DAYS,
    calibrated,
    calibrators,
    played_weeks,
    predicted,
    retraining_days,
    spaced,
    systems_of,
    walk,
)
from courtside.quality.gate import RunMode, gated

WARM_UP_DAYS = 365
BEFORE_MODELS = "before any model could be trained"
KEPT = (
    *("game_id", "player_id", "game_date", "season", "points", "minutes", "points_std_last_10", "ppm_avg_last_10"),
    *("line", "consensus_line", "book", "over_price", "under_price", "line_timing", "opening_line", "snapshots"),
    *("gate_passed", "gate_reason", "minutes_half_life_15", "minutes_half_life_5", "team_games_missed"),
)
"""Columns of model rows that are kept beside the predictions."""


@dataclass(frozen=True)
class Evaluation:
    """Figures measured from `start` to `end`.

    `systems` holds `figures.system_figures` of each system, and `line` the errors of the line on the same rows. `rows`
    counts the measured rows and the rows left out, by reason. `holes` has a sentence for each limit of the data. `live`
    holds, by system, the figures of predictions made before tip-off; all other figures are BACKTEST. The two are never
    mixed.
    """

    start: dt.date
    end: dt.date
    champion: str
    models: int
    rows: dict[str, int]
    holes: list[str]
    line: Figures
    systems: dict[str, Figures]
    targets: list[Figures]
    suspicions: list[str]
    live: dict[str, Figures] = field(default_factory=dict)
    kind: str = "BACKTEST"
    distribution: list[Figures] = field(default_factory=list)
    market: str = POINTS

    def as_dict(self) -> dict[str, Any]:
        """Return the evaluation as plain data for JSON."""
        return asdict(self) | {"start": str(self.start), "end": str(self.end)}


def evaluate(
    rows: pl.DataFrame,
    start: dt.date,
    end: dt.date,
    champion: str,
    market: Market = MARKETS[0],
    *,
    live: Mapping[str, Figures] | None = None,
    progress: Callable[[dt.date, int], None] | None = None,
) -> Evaluation:
    """Walk forward over model rows with outcomes and measure the predictions from `start` to `end`.

    A row is measured where the player played, a line exists, the quality gate passes and every system has a prediction.

    Args:
        rows: the frame of `rows.with_outcomes`; it begins early enough before `start` to train models.
        start: first date measured.
        end: last date measured, included.
        champion: the system whose targets are checked.
        market: the market of the rows; targets and the oracle are those of points.
        live: `live_figures` of the same dates.
        progress: called with each training day and its number of rows.

    Raises:
        NoModelError: where no row can be measured; it names how many were left out and why.
        LeakageError: where a row or an input holds data that was not known before the game.
        TrainingRefusedError: where some rows must not be used for training.
    """
    known = rows.filter(pl.col("game_date") <= end)
    days = _training_days(known, start, end)
    with_line = known.filter(pl.col("line").is_not_null())
    trained = list(walk(known, played_weeks(with_line, days), progress=progress))
    first = min((item.as_of for item in trained), default=end)
    passed = gated(nw.from_native(known.filter(pl.col("game_date") >= first).lazy()), RunMode.BACKFILL)
    predictions = predicted(passed.to_native().collect(), systems_of(trained)).select(*KEPT, *SYSTEM_NAMES)
    measured, counts = measurable(predictions.filter(pl.col("game_date") >= start))
    early = with_line.filter(
        (pl.col("game_date") >= start) & (pl.col("game_date") < first) & pl.col("points").is_not_null()
    )
    counts[BEFORE_MODELS] = early.height
    if measured.is_empty():
        raise NoModelError(
            f"nothing to measure from {start} to {end}: {_sentence(counts)}. Evaluation needs lines and features on "
            "these dates, and features of at least 2,000 player games before them: run `courtside ingest` for the "
            "lines and `courtside run` over both spans"
        )
    refitted = [day for day in spaced(days) if day > start - dt.timedelta(days=CALIBRATED_EVERY_DAYS)]
    scale, is_points = market.from_points(1.0), market.name == POINTS
    stages = {name: second_stage(predictions, measured, name, refitted, market) for name in SYSTEM_NAMES}
    systems = {name: system_figures(staged, scale) for name, staged in stages.items()}
    line = line_figures(measured)
    return Evaluation(
        start=start,
        end=end,
        champion=champion,
        models=len(trained),
        rows=counts,
        holes=[
            *holes(known.filter(pl.col("game_date") >= start)),
            *timing_of(measured),
            *beginning_of(early, measured),
        ],
        line=line,
        systems=systems,
        targets=targets_of(systems[champion]) if is_points else [],
        suspicions=suspicions_of(systems, line, has_oracle=is_points),
        live=dict(live or {}),
        market=market.name,
        distribution=_distribution(predictions, champion, refitted, start),
    )


def _distribution(predictions: pl.DataFrame, system: str, days: Sequence[dt.date], start: dt.date) -> list[Figures]:
    """Return the figures of the distribution of results of players who played and passed the quality gate."""
    played = predictions.filter(
        (pl.col("game_date") >= start) & pl.col("gate_passed") & pl.col("points").is_not_null()
    ).with_columns(prediction=pl.col(system))
    fitted = distributions(predictions, system, days)
    return distribution_figures(played.filter(pl.col("prediction").is_not_null()), fitted)


def measurable(predictions: pl.DataFrame, systems: Sequence[str] = SYSTEM_NAMES) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the rows on which every system and the line can be measured, and the number of rows left out by reason."""
    with_line = predictions.filter(pl.col("line").is_not_null())
    played = with_line.filter(pl.col("points").is_not_null())
    passed = played.filter(pl.col("gate_passed"))
    predicted_rows = passed.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in systems))
    counts = {
        "measured": predicted_rows.height,
        "without a line": predictions.height - with_line.height,
        "with a line but did not play": with_line.height - played.height,
        "held by the quality gate": played.height - passed.height,
        "without a prediction of every system": passed.height - predicted_rows.height,
    }
    oracle = pl.col("ppm_avg_last_10") * pl.col("minutes")
    return predicted_rows.with_columns(oracle=oracle), counts


def second_stage(
    predictions: pl.DataFrame,
    measured: pl.DataFrame,
    system: str,
    days: Sequence[dt.date],
    market: Market = MARKETS[0],
) -> pl.DataFrame:
    """Return the measured rows with one system's prediction, prediction_with_line and probability_over.

    The probability is NULL before the first calibrator. The market's probability, which is published on those dates, is
    not used here, because it would be compared with itself. Calibrators are fitted on `days`, each with the rows of
    `predictions` that are earlier.
    """
    of_system = measured.with_columns(prediction=pl.col(system))
    staged = calibrated(of_system, calibrators(predictions, system, days, market))
    return staged.with_columns(probability_over=pl.col("probability_calibrated"))


def live_figures(predictions: pl.DataFrame, outcomes: pl.DataFrame) -> dict[str, Figures]:
    """Return, by system, the figures of stored predictions that were made before tip-off; empty where there are none.

    Args:
        predictions: rows of `PREDICTIONS`.
        outcomes: game_id, player_id and points of players who played.
    """
    live = predictions.filter(
        pl.col("prediction_made_before_game") & pl.col("gate_passed") & (pl.col("line_timing") == "pre_tip")
    ).join(outcomes, on=["game_id", "player_id"], how="inner")
    form = live.filter(pl.col("system") == "ewma").select("game_id", "player_id", ewma="prediction")
    with_form = live.join(form, on=["game_id", "player_id"], how="inner").with_columns(
        opening_line=pl.lit(None, pl.Float64), snapshots=pl.lit(None, pl.Int64)
    )
    parts: Mapping[Any, pl.DataFrame] = with_form.partition_by("system", as_dict=True)
    return {str(name): whole(part) for (name,), part in sorted(parts.items())}


def holes(rows: pl.DataFrame) -> list[str]:
    """Return sentences about the months without lines, and the shares of rows with a line and of lines with prices."""
    played = rows.filter(pl.col("points").is_not_null())
    month = pl.col("game_date").dt.strftime("%Y-%m")
    months = played.group_by(month=month).agg(lines=pl.col("line").count()).sort("month")
    without = months.filter(pl.col("lines") == 0)["month"].to_list()
    sentences = [f"no line in {', '.join(without)}"] if without else []
    with_line = played.filter(pl.col("line").is_not_null())
    if with_line.is_empty():
        return sentences
    priced = with_line.select(100 * market_over_expr().is_not_null().mean()).item()
    sentences.append(f"{100 * with_line.height / played.height:.0f} % of player games have a line")
    sentences.append(f"{priced:.0f} % of the lines have two real prices")
    return sentences


def timing_of(measured: pl.DataFrame) -> list[str]:
    """Return a sentence with the share of evaluated lines that have no time; empty where all have one."""
    untimed = measured.filter(pl.col("line_timing") == "untimed").height
    if not untimed:
        return []
    return [
        f"{100 * untimed / measured.height:.0f} % of the evaluated lines have no recorded time ({untimed:,} of "
        f"{measured.height:,}); lines that were shown before tip-off for certain have figures of their own"
    ]


def beginning_of(early: pl.DataFrame, measured: pl.DataFrame) -> list[str]:
    """Return a sentence with the first measured date, where earlier rows with a line had no model yet."""
    if early.is_empty():
        return []
    row = measured.row(0, named=True)
    return [
        f"{row['season']} is measured from {row['game_date']}, when {FEWEST_ROWS:,} training rows existed; "
        f"{early.height:,} earlier player games with a line are left out"
    ]


def _training_days(rows: pl.DataFrame, start: dt.date, end: dt.date) -> list[dt.date]:
    if rows.is_empty():
        return []
    earliest = max(rows["game_date"].to_list()[0], start - dt.timedelta(days=WARM_UP_DAYS))
    return retraining_days(earliest, end)


def _sentence(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in counts.items())
