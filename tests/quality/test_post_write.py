"""Validation after a write: statistics are stored, one alert is sent, and a write of other rows is rolled back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from courtside.operations.day import THROUGH_FEATURES
from courtside.pipeline import post_write
from courtside.pipeline.runner import RunSummary, run
from courtside.pipeline.stages.features import FEATURES
from courtside.quality.post_write import Written
from courtside.quality.tables import POST_WRITE_STATS
from tests import homes
from tests.quality.loopback import loopback
from tests.quality.stores import engine

REFUSED = dt.date(2025, 11, 11)
"""A date whose features the corrected box score changes."""


def test_the_statistics_of_every_written_date_equal_its_stored_rows(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    with homes.opened(home) as context:
        stats = context.warehouse.collect(context.warehouse.scan(POST_WRITE_STATS)).sort("game_date")
        counted = engine(context)._execute(
            "SELECT game_date, count(*), 100.0 * count(*) FILTER (WHERE required_default_count > 0) / count(*), "
            "100.0 * count(*) FILTER (WHERE is_quality_ready) / count(*), avg(matchup_quality_pct), "
            "avg(required_default_count), avg(default_feature_count), avg(feature_quality_score) "
            "FROM player_features GROUP BY 1 ORDER BY 1"
        )
        stored = pl.DataFrame(counted.fetchall(), orient="row")
    names = (
        "game_date",
        "post_write_rows",
        "post_write_pct_with_defaults",
        "post_write_pct_quality_ready",
        "post_write_avg_matchup_quality",
        "post_write_avg_required_defaults",
        "post_write_avg_default_count",
        "post_write_avg_quality_score",
    )
    assert stats.height == stored.height > 15
    for place, name in enumerate(names):
        if place < 2:
            assert stats[name].to_list() == stored[f"column_{place}"].to_list()
        else:
            assert stats[name].to_list() == pytest.approx(stored[f"column_{place}"].to_list(), abs=1e-9)
    assert stats.filter(pl.col("is_alert") != (pl.col("post_write_pct_with_defaults") > 30)).is_empty()
    assert stats["is_alert"].any()
    assert not stats["is_alert"].all()


def run_features(home: Path) -> RunSummary:
    with homes.opened(home) as context:
        return run(context, homes.FIRST, homes.LAST, resume=False, stages=[FEATURES])


def test_a_back_fill_sends_one_alert_with_dates_features_causes_and_the_next_command(
    run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    with loopback() as server:
        monkeypatch.setenv("COURTSIDE_ALERT_URLS", f"json://127.0.0.1:{server.port}/?rto=1&cto=1")
        run_features(home)
        server.status = 500
        assert run_features(home).is_whole, "a service that is down does not stop a run"
    (message,) = server.taken
    for part in (
        "% contaminated",
        "rows (100.0 %)",
        "Worst on 2025-10-2",
        "100 % (not enough games played yet)",
        "Next:",
    ):
        assert part in message
    assert message.count("lack a required feature") == 3


def test_a_write_with_another_number_of_rows_fails_and_is_rolled_back(
    run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    before = homes.contents(home)["player_features"]
    homes.ingest_into(home, [homes.corrected_box_score()])
    validate = post_write.validate_stored

    def with_another_count(warehouse, stored, dates, intended, required, features) -> list[Written]:
        wrong = {day: rows + (day == REFUSED) for day, rows in intended.items()}
        return validate(warehouse, stored, dates, wrong, required, features)

    with homes.opened(home) as context, monkeypatch.context() as patch:
        patch.setattr(post_write, "validate_stored", with_another_count)
        summary = run(context, homes.FIRST, REFUSED, stages=THROUGH_FEATURES)
        (cell,) = [cell for day, stage, cell in summary.open_cells if (day, stage) == (REFUSED, "features")]
    assert cell.state == "failed"
    assert f"{REFUSED}: " in str(cell.reason)
    assert "stored" in str(cell.reason)
    taken_back = homes.contents(home)["player_features"]
    assert taken_back[REFUSED] == before[REFUSED], "the earlier rows stay"
    assert any(taken_back[day] != before[day] for day in before), "other dates are written"
    with homes.opened(home) as context:
        assert run(context, homes.FIRST, REFUSED, stages=THROUGH_FEATURES).is_whole
    assert homes.contents(home)["player_features"][REFUSED] != before[REFUSED], (
        "the write that was taken back was a new one"
    )
