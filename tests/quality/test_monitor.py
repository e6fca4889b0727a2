"""The monitor's counts and report; the number of statements does not grow with players or dates."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from courtside.audit.causes import Cause
from courtside.audit.checks import DAILY_CHECKS, SPOT_CHECKS
from courtside.audit.checks.base import Catalogue, run_checks
from courtside.audit.checks.rows import training_window
from courtside.audit.monitor import FeatureLine, Month, Report, Verdict, monitor
from courtside.audit.report import LARGEST_BYTES, html
from courtside.cli.main import app
from courtside.features import entities
from courtside.pipeline.context import Context
from courtside.quality import without_row
from courtside.quality.without_row import WithoutRow
from courtside.warehouse.duckdb import DuckDBWarehouse
from tests import homes
from tests.quality.stores import DAY, FIRST, catalogue, engine, spoiled


@pytest.fixture(scope="module")
def store(run_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    home = homes.copy_of(run_home, tmp_path_factory.mktemp("monitor") / "home")
    with homes.opened(home) as context:
        yield context


def test_months_and_causes_sum_to_all_contaminated_rows(store: Context) -> None:
    report = monitor(catalogue(store, homes.FIRST))
    own = [cause for cause in report.causes if cause.kind == "row"]
    assert report.total == sum(month.clean + month.contaminated for month in report.months) > 3000
    assert sum(cause.rows for cause in own) == report.required_rows == sum(m.contaminated for m in report.months)
    counted = (
        engine(store)
        ._execute(
            "SELECT count(*) FILTER (WHERE required_default_count > 0), "
            "count(*) FILTER (WHERE required_default_count = 0 AND default_feature_count > 0) "
            "FROM player_features JOIN player_games USING (game_id, player_id) WHERE did_play"
        )
        .fetchone()
    )
    assert counted == (report.required_rows, report.optional_only_rows)
    assert all(item.rows == item.early + item.missing + item.unknown for item in report.features)


def test_games_played_without_a_row_are_counted_by_month_and_cause(store: Context) -> None:
    before = monitor(catalogue(store, homes.FIRST))
    causes = {cause.what: cause.units for cause in before.causes if cause.kind == "game"}
    assert before.without_row == sum(month.without_row for month in before.months) == sum(causes.values()) > 100
    assert set(causes) <= {f"played without a row: {cause}" for cause in WithoutRow}
    assert f"played without a row: {WithoutRow.LOST}" not in causes
    played = (
        engine(store)
        ._execute(
            "SELECT count(*) FILTER (WHERE f.player_id IS NULL), count(*) FROM player_games p "
            "LEFT JOIN player_features f USING (game_id, player_id) WHERE p.did_play AND p.is_counted"
        )
        .fetchone()
    )
    assert played == (before.without_row, before.without_row + before.total)
    assert before.lacking_pct == 100 * (before.required_rows + before.without_row) / played[1]
    assert f"{before.without_row:,} more games were played without a row" in before.sentence


def test_the_command_shows_a_deleted_row_and_a_deleted_date_by_their_causes(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    with homes.opened(home) as context:
        execute = context.warehouse._execute
        sample = "SELECT game_id, player_id FROM player_games JOIN player_features USING (game_id, player_id)"
        one = f"{sample} WHERE did_play AND player_features.game_date = '{DAY}' ORDER BY ALL LIMIT 1"
        execute(f"DELETE FROM player_features WHERE (game_id, player_id) IN ({one})")
        execute(f"DELETE FROM player_features WHERE game_date = '{FIRST}'")
    options = ["--train-start", str(homes.FIRST), "--home", str(home), "--html", str(tmp_path / "page.html")]
    found = CliRunner().invoke(
        app, ["check", "training-data", "--json", *options], env={"COURTSIDE_NOW": f"{homes.NOW}"}
    )
    assert found.exit_code != 0, found.output
    report = json.loads(found.stdout)
    causes = {cause["what"]: cause["units"] for cause in report["causes"] if cause["kind"] == "game"}
    assert causes[f"played without a row: {WithoutRow.LOST}"] == 1
    assert causes[f"played without a row: {WithoutRow.NO_DATE}"] > 50
    assert sum(month["without_row"] for month in report["months"]) == report["without_row"] == sum(causes.values())
    assert str(WithoutRow.LOST) in (tmp_path / "page.html").read_text()


def test_absence_has_the_same_limit_as_feature_rows() -> None:
    assert without_row.RETURN_DAYS == entities.RECENT_DAYS


def test_the_report_converts_to_json(store: Context) -> None:
    report = monitor(catalogue(store))
    read = json.loads(json.dumps(report.as_dict(), allow_nan=False))
    assert read["verdict"] == str(report.verdict)
    assert read["total"] == read["clean"] + read["contaminated"]
    assert [month["month"] for month in read["months"]] == ["2025-11"]


def test_a_month_is_contaminated_above_the_threshold_and_not_at_it(store: Context) -> None:
    pct = monitor(catalogue(store)).contaminated_pct
    assert pct is not None
    assert monitor(catalogue(store), pct).verdict is Verdict.CLEAN
    assert monitor(catalogue(store), pct - 0.01).verdict is Verdict.CONTAMINATED


def test_the_training_window_starts_in_november_or_with_the_season() -> None:
    first = dt.date(2025, 10, 21)
    assert training_window(first, dt.date(2026, 2, 7)) == dt.date(2025, 11, 1)
    assert training_window(first, dt.date(2025, 10, 30)) == first
    assert training_window(dt.date(2020, 12, 22), dt.date(2021, 5, 1)) == dt.date(2020, 12, 22)


def statements(store: Context, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the statements of the monitor and of both sets of checks."""
    statements = 0
    execute, collect = DuckDBWarehouse._execute, DuckDBWarehouse.collect

    def counted(method: object) -> object:
        def wrapped(self: DuckDBWarehouse, *args: object) -> object:
            nonlocal statements
            statements += 1
            return method(self, *args)  # type: ignore[operator]

        return wrapped

    monkeypatch.setattr(DuckDBWarehouse, "_execute", counted(execute))
    monkeypatch.setattr(DuckDBWarehouse, "collect", counted(collect))
    counts = []
    for work in (monitor, lambda given: run_checks(DAILY_CHECKS, given), lambda given: run_checks(SPOT_CHECKS, given)):
        statements = 0
        work(catalogue)
        counts.append(statements)
    monkeypatch.undo()
    return counts


def test_the_number_of_statements_does_not_grow_with_dates_or_players(
    store: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_date = statements(store, catalogue(store, DAY), monkeypatch)
    with spoiled(store, "DELETE FROM player_features WHERE player_id % 2 = 0"):
        all_dates_and_half_the_players = statements(store, catalogue(store, homes.FIRST), monkeypatch)
    assert one_date == all_dates_and_half_the_players
    assert one_date[0] <= 60
    assert one_date[1] <= 4 * len(DAILY_CHECKS)
    assert one_date[2] <= 6 * len(SPOT_CHECKS)


def _report(months: int, bad: int = 100, unjudged: tuple[dt.date, ...] = ()) -> Report:
    rows = tuple(
        Month(f"{2000 + place // 12}-{place % 12 + 1:02d}", 1000, 1000 - bad, bad, bad / 10, 90.0, 7)
        for place in range(months)
    )
    feature = FeatureLine("<b>points</b>", "box", True, 5, 0.5, 5, 0, 0, "not enough games played yet")
    cause = Cause("upstream", "box", "box score missing", 3, "games", 5, 7, (dt.date(2025, 11, 3),), ("0022500001",))
    return Report(
        dt.date(2000, 1, 1),
        dt.date(2025, 1, 1),
        5.0,
        rows,
        bad * months,
        3,
        (feature,) * 10,
        (cause,) * 300,
        unjudged,
    )


def test_the_page_shows_verdict_months_features_and_causes_in_order() -> None:
    page = html(_report(3))
    places = [page.index(text) for text in ("Contaminated", "<svg", "Worst features", "Causes", "box score missing")]
    assert places == sorted(places)
    assert "&lt;b&gt;points" in page
    assert "<b>points" not in page


def test_the_page_of_a_hundred_seasons_is_below_300_kb_and_loads_nothing() -> None:
    page = html(_report(1200))
    assert len(page.encode()) < LARGEST_BYTES
    assert "http" not in page.replace("http-equiv", "")


def test_a_report_without_rows_or_with_unjudged_dates_is_never_clean() -> None:
    assert html(_report(0)).count("Not judged") >= 1
    assert _report(0).exit_code == 2
    assert _report(3, bad=1, unjudged=(dt.date(2025, 11, 3),)).exit_code == 2
    assert _report(3, bad=1).exit_code == 0
    assert _report(3).exit_code == 1
