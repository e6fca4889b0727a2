"""The stored and published probability is calibrated, the market's, or none; it is never a model's raw one."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from courtside.analytics.tables import PLAYER_LINES
from courtside.cli.main import app
from courtside.league.odds import no_vig_over_expr
from courtside.outcomes import Outcome
from courtside.picks.tables import PUBLISHED_PICKS
from courtside.pipeline.runner import run
from courtside.pipeline.stages import STAGES
from courtside.pipeline.stored import REPLACED
from courtside.predictions.coordinator import _with_edge
from courtside.predictions.systems import TRAINED
from courtside.predictions.tables import MODELS, PREDICTIONS
from courtside.warehouse.base import Change
from courtside.warehouse.schema import Table
from tests import homes

DAY = homes.NOW.date()
FROM_LINES = [item for item in STAGES if item.name not in ("analytics", "lines", "features")]


@pytest.fixture
def home(run_home: Path, tmp_path: Path) -> Path:
    return homes.copy_of(run_home, tmp_path / "home")


def _read(home: Path, table: Table) -> pl.DataFrame:
    with homes.opened(home) as context:
        return context.warehouse.collect(context.warehouse.scan(table))


def _call(home: Path, *words: str) -> str:
    result = CliRunner().invoke(app, [*words, "--home", str(home)], env={"COURTSIDE_NOW": homes.NOW.isoformat()})
    assert result.exit_code == 0, result.output
    return result.output


def _file(home: Path, path: str) -> dict:
    return json.loads((home / "public" / "v1" / path).read_bytes())


def _row(**given: object) -> pl.DataFrame:
    base = {"prediction": 27.0, "line": 24.0, "gate_passed": True, "probability_calibrated": None}
    prices = {"over_price": None, "under_price": None}
    kinds = {"probability_calibrated": pl.Float64, "over_price": pl.Float64, "under_price": pl.Float64}
    return _with_edge(pl.DataFrame([base | prices | given], schema_overrides=kinds))


def test_a_model_without_a_calibrator_has_no_probability() -> None:
    row = _row().row(0, named=True)
    assert (row["probability_over"], row["probability_source"], row["confidence"]) == (None, "none", None)


@pytest.mark.parametrize("prediction", [27.0, 21.0])
def test_the_probability_of_under_excludes_the_push(prediction: float) -> None:
    row = _row(prediction=prediction, over_price=-110.0, under_price=-110.0).row(0, named=True)
    assert (row["probability_source"], row["confidence"]) == ("market", 0.5)
    calibrated = _row(prediction=prediction, probability_calibrated=0.4).row(0, named=True)
    assert calibrated["probability_source"] == "calibrated"
    assert calibrated["confidence"] == pytest.approx(0.4 if prediction > 24 else 0.6)


def test_before_any_calibrator_the_market_s_probability_is_stored_and_published(home: Path) -> None:
    rows = _read(home, PREDICTIONS).filter(pl.col("line").is_not_null())
    market = rows.select(no_vig_over_expr("over_price", "under_price")).to_series()
    assert rows.height > 500
    assert rows["probability_over"].equals(market.alias("probability_over"), null_equal=True)
    assert set(rows.filter(market.is_not_null())["probability_source"]) == {"market"}
    picks = _read(home, PUBLISHED_PICKS)
    assert picks.height
    assert set(picks["probability_source"]) <= {"market", "none"}
    for day in (homes.LAST, homes.FIRST + dt.timedelta(days=12)):
        bets = _file(home, f"best-bets/{day}.json")["bets"]
        players = [player for game in _file(home, f"predictions/{day}.json")["games"] for player in game["players"]]
        assert bets
        assert {bet["probability_source"] for bet in bets} <= {"market", "none"}
        assert all((item["probability_over"] is None) == (item["probability_source"] == "none") for item in players)


def test_on_the_lines_of_fantasy_books_there_is_neither_probability_nor_price(home: Path) -> None:
    day = homes.LAST
    with homes.opened(home) as context:
        lines = context.warehouse.collect(context.warehouse.scan(PLAYER_LINES, start=day, end=day))
        fantasy = lines.with_columns(book=pl.lit("prizepicks"), over_price=-137.0, under_price=-137.0)
        fantasy = PLAYER_LINES.conform(fantasy.unique(PLAYER_LINES.key, keep="last", maintain_order=True))
        cell = context.run_log.cells("lines")[day]
        recorder = context.run_log.recorder("lines", {day: cell.input_hash}, {day: Outcome()})
        others = [
            Change(table, context.warehouse.collect(context.warehouse.scan(table, start=day, end=day)))
            for table in REPLACED["lines"]
            if table is not PLAYER_LINES
        ]
        context.warehouse.replace_dates([Change(PLAYER_LINES, fantasy), *others], [day], recorder)
        run(context, day, day, stages=FROM_LINES)
    rows = _read(home, PREDICTIONS).filter((pl.col("game_date") == day) & pl.col("line").is_not_null())
    again = rows.filter(pl.col("book") == "prizepicks")
    assert again.height > 100
    assert set(again["probability_source"]) == {"none"}
    for name in ("over_price", "under_price", "probability_over", "confidence"):
        assert again[name].is_null().all()


def test_rows_without_a_source_are_published_without_a_probability(home: Path) -> None:
    """An older version stored raw probabilities, which have no source."""
    with homes.opened(home) as context:
        for name in ("predictions", "published_picks"):
            context.warehouse._execute(f"UPDATE {name} SET probability_source = NULL")  # type: ignore[attr-defined]
        context.warehouse._execute("ALTER TABLE publications DROP COLUMN content_hash")  # type: ignore[attr-defined]
    _call(home, "migrate")
    _call(home, "export", "--date", str(homes.LAST))
    bets = _file(home, f"best-bets/{homes.LAST}.json")["bets"]
    assert {(bet["probability"], bet["probability_source"]) for bet in bets} == {(None, "none")}
    games = _file(home, f"predictions/{homes.LAST}.json")["games"]
    assert {item["probability_over"] for game in games for item in game["players"]} == {None}


def test_training_for_one_day_fits_the_champion_s_calibrator_on_earlier_dates(trained_home: Path) -> None:
    models = _read(trained_home, MODELS)
    fitted = models.filter((pl.col("kind") == "over") & pl.col("system").is_in(TRAINED))
    in_use = models.filter((pl.col("kind") == "points") & (pl.col("status") != "retired"))
    assert "catboost_v9" in fitted["system"]
    assert set(fitted["system"]) == set(in_use["system"])
    assert (fitted["window_end"] < DAY).all()
    assert models.filter(pl.col("kind") == "points").height == len(TRAINED), "models of earlier weeks are not stored"
    own = _read(trained_home, PREDICTIONS).filter((pl.col("game_date") == DAY) & pl.col("line").is_not_null())
    champion = own.filter(pl.col("system") == "catboost_v9")
    assert champion.height
    assert set(champion["probability_source"]) == {"calibrated"}
