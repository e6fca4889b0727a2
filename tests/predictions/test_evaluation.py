"""The evaluation measures systems and the line on the same rows, with models of earlier dates only."""

from __future__ import annotations

import datetime as dt
import json
import math
from html.parser import HTMLParser

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from courtside.intervals import wilson_interval
from courtside.league.odds import market_over_expr
from courtside.predictions import measures
from courtside.predictions.errors import NoModelError
from courtside.predictions.evaluation import Evaluation, evaluate, live_figures, measurable, second_stage
from courtside.predictions.figures import _target, verdict
from courtside.predictions.report import html
from courtside.predictions.systems import SYSTEM_NAMES
from courtside.predictions.walk_forward import walk
from courtside.quality.gate import RunMode, gated
from tests.predictions.players import FIRST, model_rows

START = FIRST + dt.timedelta(days=40)
END = FIRST + dt.timedelta(days=59)


@pytest.fixture(scope="module")
def found() -> Evaluation:
    """Three quarters of the lines have no recorded time."""
    rows = model_rows().with_columns(
        line_timing=pl.when(pl.col("player_id") <= 60).then(pl.lit("untimed")).otherwise(pl.lit("pre_tip"))
    )
    return evaluate(rows, START, END, "catboost_v9")


def test_every_system_and_the_line_are_measured_on_the_same_rows(found: Evaluation) -> None:
    assert set(found.systems) == set(SYSTEM_NAMES)
    counts = {figures["all"]["errors"]["n"] for figures in found.systems.values()}
    assert counts == {found.rows["measured"]} == {found.line["all"]["line"]["n"]} == {20 * 80}
    for figures in found.systems.values():
        assert figures["all"]["errors"]["line_mae"] == found.line["all"]["line"]["mean"]


def test_every_model_is_trained_on_earlier_days_than_it_predicts() -> None:
    rows = model_rows()
    days = [FIRST + dt.timedelta(days=step) for step in (30, 37, 44)]
    for item in walk(rows, days):
        assert item.window_end < item.as_of
        assert item.rows == rows.filter(pl.col("game_date") < item.as_of).height


def test_later_results_do_not_change_the_prediction_of_a_day() -> None:
    rows, day = model_rows(), START
    changed = rows.with_columns(points=pl.when(pl.col("game_date") >= day).then(99).otherwise("points"))
    honest, other = (next(walk(league, [day], ["lightgbm"])) for league in (rows, changed))
    assert honest.model.to_bytes() == other.model.to_bytes()


def test_an_evaluation_is_marked_as_backtest_and_converts_to_json(found: Evaluation) -> None:
    plain = json.loads(json.dumps(found.as_dict()))
    assert plain["kind"] == "BACKTEST"
    assert plain["live"] == {}
    assert set(plain["systems"]["catboost_v9"]["months"]) == {"2024-12"}


def test_the_report_is_one_file_that_loads_no_other_file(found: Evaluation) -> None:
    class Links(HTMLParser):
        links: list[str]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.links += [tag for name, _ in attrs if name in ("src", "href")] + ([tag] if tag == "script" else [])

    page, parser = html(found), Links()
    parser.links = []
    parser.feed(page)
    assert parser.links == []
    assert "http" not in page
    assert "BACKTEST" in page
    assert page.count("<svg") >= 1
    assert all(name in page for name in SYSTEM_NAMES)


def test_an_error_counts_the_rows_left_out_where_nothing_can_be_measured() -> None:
    few = model_rows(days=6).with_columns(line=pl.lit(None, pl.Float64))
    with pytest.raises(NoModelError, match=r"nothing to measure.*without a line"):
        evaluate(few, FIRST, FIRST + dt.timedelta(days=5), "catboost_v9")


def test_rows_that_the_gate_blocks_are_counted_and_not_measured() -> None:
    rows = model_rows().with_columns(
        quality_alert_level=pl.when(pl.col("player_id") == 3).then(pl.lit("red")).otherwise("quality_alert_level")
    )
    predictions = rows.with_columns(pl.lit(10.0).alias(name) for name in SYSTEM_NAMES).lazy()
    passed = gated(nw.from_native(predictions), RunMode.BACKFILL).to_native().collect()
    kept, counts = measurable(passed.filter(pl.col("game_date") >= START))
    assert counts["held by the quality gate"] == 20
    assert counts["measured"] == kept.height == 20 * 79


def test_the_interval_of_a_mean_counts_each_date_once() -> None:
    dates = [FIRST] * 50 + [FIRST + dt.timedelta(days=1)] * 50
    shared = pl.DataFrame({"game_date": dates, "x": [1.0] * 50 + [-1.0] * 50})
    figure = measures.mean_of(shared, pl.col("x"))
    assert figure["mean"] == 0
    assert figure["high"] == pytest.approx(1.96 * math.sqrt(2) / 2, abs=0.001), "a date is one draw, not fifty"


def test_sides_count_hits_pushes_and_units() -> None:
    rows = pl.DataFrame(
        {
            "game_date": [FIRST] * 4,
            "prediction": [20.0, 20.0, 10.0, 20.0],
            "line": [15.5, 15.5, 15.5, 16.0],
            "points": [16, 15, 10, 16],
            "over_price": [-110.0, -110.0, 120.0, -110.0],
            "under_price": [-110.0, -110.0, None, -110.0],
        }
    )
    found = measures.sides(rows)
    assert (found["n"], found["hits"], found["pushes"]) == (3, 2, 1)
    assert found["units"] == pytest.approx(100 / 110 * 2 - 1, abs=0.01)
    low, high = wilson_interval(2, 1) or (0, 0)
    assert (found["low_pct"], found["high_pct"]) == (round(low, 2), round(high, 2))


def test_the_interval_of_a_hit_rate_counts_each_date_once() -> None:
    """Ten dates on each of which all twenty sides hit or miss together are ten draws, not two hundred."""
    rows = pl.DataFrame(
        {
            "game_date": [FIRST + dt.timedelta(days=place // 20) for place in range(200)],
            "prediction": 20.0,
            "line": 15.5,
            "points": [16 if (place // 20) % 2 else 15 for place in range(200)],
            "over_price": -110.0,
            "under_price": -110.0,
        }
    )
    found = measures.sides(rows)
    low, high = wilson_interval(5, 5) or (0, 0)
    assert (found["low_pct"], found["high_pct"]) == (pytest.approx(low, abs=0.1), pytest.approx(high, abs=0.1))
    chance = rows.with_columns(probability_over=pl.lit(0.5) + pl.int_range(pl.len()) * 1e-6)
    apart, (bin_,) = measures.probability(chance), measures.reliability(measures._settled(chance), bins=1)
    assert (bin_["low_pct"], bin_["high_pct"]) == (found["low_pct"], found["high_pct"])
    assert len(apart["bins"]) == 10
    alone = measures.sides(rows.with_columns(game_date=FIRST + pl.duration(days=pl.int_range(pl.len()))))
    assert alone["high_pct"] - alone["low_pct"] < (found["high_pct"] - found["low_pct"]) / 3


def test_lines_with_and_without_a_time_are_measured_separately(found: Evaluation) -> None:
    for figures in found.systems.values():
        assert {name: part["errors"]["n"] for name, part in figures["timings"].items()} == {
            "pre_tip": 20 * 20,
            "untimed": 20 * 60,
        }
    (sentence,) = [item for item in found.holes if "no recorded time" in item]
    assert sentence.startswith("75 % of the evaluated lines have no recorded time (1,200 of 1,600)")
    assert "shown before tip-off" in html(found)


def test_the_market_s_probability_is_not_measured_as_the_system_s() -> None:
    """On 160 rows no calibrator is fitted; the market's probability beside itself would meet every target."""
    rows = model_rows()
    days = [FIRST + dt.timedelta(days=58)]
    predictions = rows.filter(pl.col("game_date") >= days[0]).with_columns(ewma="points_ewma")
    staged = second_stage(predictions, predictions, "ewma", days)
    assert staged["probability_over"].is_null().all()
    assert measures.probability(staged) == {"n": 0}


def test_the_evaluation_states_the_first_date_with_a_model(found: Evaluation) -> None:
    first = FIRST + dt.timedelta(days=27)  # 25 dates of 80 rows make 2,000; the next Monday trains
    begun = evaluate(model_rows(), FIRST, first + dt.timedelta(days=6), "catboost_v9")
    left_out = (first - FIRST).days * 80
    assert begun.rows["before any model could be trained"] == left_out
    assert f"2024-25 is measured from {first}, when 2,000 training rows existed; {left_out:,} earlier" in str(
        begun.holes
    )
    assert not any("is measured from" in item for item in found.holes)


@pytest.mark.parametrize(
    ("low", "word"),
    [(-0.001, "met within its 95 % interval (-0.0010 to +0.0050 contains 0)"), (0.001, "not met")],
)
def test_a_target_that_is_met_within_its_interval_shows_the_interval(low: float, word: str) -> None:
    measured = {"mean": 0.002, "low": low, "high": 0.005, "n": 900}
    assert verdict(_target("2024-25", "x", measured, 0.0, within_noise=True)) == word
    assert verdict(_target("2024-25", "x", measured, 0.0)) == "not met"
    assert verdict(_target("2024-25", "x", measured | {"mean": -0.1}, 0.0, within_noise=True)) == "met"


def test_a_perfect_probability_shows_the_calibration_error_of_chance() -> None:
    rng = np.random.default_rng(4)
    chance = rng.uniform(0.3, 0.7, 20_000)
    over = rng.random(20_000) < chance
    rows = pl.DataFrame(
        {
            "game_date": FIRST,
            "probability_over": chance,
            "points": np.where(over, 11, 9),
            "line": 10.5,
            "over_price": -110.0,
            "under_price": -110.0,
        }
    )
    found = measures.probability(rows)
    assert found["ece"] < 2 * found["ece_of_noise"]
    assert measures.probability(rows.with_columns(pl.col("probability_over") + 0.1))["ece"] > 0.08
    assert found["log_loss"] < found["beside_market"]["market"]["log_loss"]


def test_two_equal_prices_with_an_unusual_margin_are_not_a_market() -> None:
    rows = pl.DataFrame({"over_price": [-137.0, -110.0, None], "under_price": [-137.0, -110.0, -110.0]})
    assert rows.select(market_over_expr()).to_series().to_list() == [None, 0.5, None]


def test_only_predictions_made_before_tip_off_are_live() -> None:
    base = pl.DataFrame(
        {
            "game_id": ["1", "1", "2", "2"],
            "player_id": [7, 7, 7, 7],
            "game_date": [FIRST] * 4,
            "system": ["ewma", "catboost_v9"] * 2,
            "prediction": [10.0, 11.0, 10.0, 11.0],
            "prediction_with_line": [10.5] * 4,
            "probability_over": [0.5] * 4,
            "line": [10.5] * 4,
            "consensus_line": [10.5] * 4,
            "over_price": [-110.0] * 4,
            "under_price": [-110.0] * 4,
            "gate_passed": True,
            "line_timing": "pre_tip",
            "prediction_made_before_game": [True, True, False, False],
        }
    )
    outcomes = pl.DataFrame({"game_id": ["1", "2"], "player_id": [7, 7], "points": [12, 30]})
    found = live_figures(base, outcomes)
    assert set(found) == {"ewma", "catboost_v9"}
    assert found["catboost_v9"]["errors"]["n"] == 1
    assert found["catboost_v9"]["errors"]["mae"]["mean"] == 1
