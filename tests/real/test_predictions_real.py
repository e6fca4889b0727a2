"""The champion on four real seasons, walked forward with a model every fourth week.

`courtside evaluate` walks every week; these bounds leave room for models that are up to four weeks old.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import narwhals as nw
import polars as pl
import pytest

from courtside.predictions.evaluation import KEPT, holes, second_stage
from courtside.predictions.figures import line_figures, suspicions_of, system_figures
from courtside.predictions.measures import Figures
from courtside.predictions.rows import model_rows, with_outcomes
from courtside.predictions.systems import FORMULAS, DatedModel, TrainedSystem
from courtside.predictions.walk_forward import predicted, retraining_days, walk
from courtside.quality.gate import RunMode, gated
from tests import homes
from tests.real.conftest import FIRST, LAST, NOW
from tests.real_data import needs_real_data

pytestmark = [pytest.mark.slow, pytest.mark.real, needs_real_data]

MODELS, MEASURED, LAST_LINE = dt.date(2022, 1, 3), dt.date(2022, 10, 18), dt.date(2025, 1, 13)
SEASONS = ("2022-23", "2023-24", "2024-25")


@pytest.fixture(scope="module")
def rows(real_copy: Path) -> pl.DataFrame:
    with homes.opened(real_copy, NOW) as context:
        known = with_outcomes(model_rows(context.warehouse, FIRST, LAST), context.warehouse)
    return gated(nw.from_native(known.lazy()), RunMode.BACKFILL).to_native().collect()


@pytest.fixture(scope="module")
def figures(rows: pl.DataFrame) -> tuple[Figures, Figures]:
    """The champion's figures, and those of the line, from 2022-23 on."""
    days = retraining_days(MODELS, LAST_LINE, 28)
    models = [DatedModel(str(item.as_of), item.as_of, item.model) for item in walk(rows, days, ["catboost_v9"])]
    predictions = predicted(rows, (*FORMULAS, TrainedSystem("catboost_v9", models)))
    kept = predictions.select(*KEPT, "ewma", "catboost_v9").filter(pl.col("catboost_v9").is_not_null())
    measured = kept.filter(
        (pl.col("game_date") >= MEASURED)
        & pl.col("gate_passed")
        & pl.col("line").is_not_null()
        & pl.col("points").is_not_null()
    ).with_columns(oracle=pl.col("ppm_avg_last_10") * pl.col("minutes"))
    return system_figures(second_stage(kept, measured, "catboost_v9", days[9:])), line_figures(measured)


@pytest.mark.parametrize("season", SEASONS)
def test_the_champion_s_error_is_below_form_s_and_close_to_the_line_s(
    figures: tuple[Figures, Figures], season: str
) -> None:
    error = figures[0]["seasons"][season]["errors"]
    assert error["below_ewma"]["mean"] >= 0.05
    assert error["above_line"]["low"] <= 0.15, "beyond chance"


@pytest.mark.parametrize("season", SEASONS)
def test_with_the_line_the_champion_is_no_worse_than_the_line(figures: tuple[Figures, Figures], season: str) -> None:
    assert figures[0]["seasons"][season]["errors_with_line"]["above_line"]["low"] <= 0


@pytest.mark.parametrize("season", SEASONS)
def test_the_probability_of_over_is_calibrated(figures: tuple[Figures, Figures], season: str) -> None:
    chance = figures[0]["seasons"][season]["probability"]
    assert chance["ece"] <= 0.02
    if chance["beside_market"]["n"] >= 500:
        assert chance["beside_market"]["log_loss_above_market"]["low"] <= 0


def test_nothing_is_too_good_to_be_true(figures: tuple[Figures, Figures]) -> None:
    champion, line = figures
    assert suspicions_of({"catboost_v9": champion}, line) == []
    assert champion["all"]["errors"]["mae"]["mean"] > line["all"]["oracle"]["mean"]


def test_missing_lines_are_named(rows: pl.DataFrame) -> None:
    (months, *_) = holes(rows)
    assert "2023-11" in months
    assert "2025-02" in months
    assert "2022-11" not in months
