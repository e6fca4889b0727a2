"""Clocks that are behind or ahead: published picks, predictions and the kind of a date survive them."""

from __future__ import annotations

from pathlib import Path

from courtside.picks.tables import PUBLICATIONS
from courtside.predictions.tables import PREDICTIONS
from tests import homes
from tests.planted.live_day import DAY, EVENING, MORNING, NEXT_DAY, NIGHT, RANGE, TABLES, invoke, public, stored


def assert_unchanged(home: Path, original: Path) -> None:
    for table in TABLES:
        assert stored(home, table).equals(stored(original, table)), table.name
    assert public(home) == public(original)
    rows = stored(home, PREDICTIONS).filter("prediction_made_before_game")
    assert rows.equals(stored(original, PREDICTIONS).filter("prediction_made_before_game"))


BEHIND = (
    (EVENING, ["run", *RANGE]),
    (EVENING, ["run", *RANGE, "--no-resume"]),
    (MORNING, ["daily", "--date", str(DAY)]),
    ("2024-11-12T17:00", ["run", *RANGE, "--no-resume"]),
)


def test_a_clock_that_is_behind_changes_no_graded_date(graded_home, tmp_path):
    home = homes.copy_of(graded_home, tmp_path / "home")
    for now, command in BEHIND:
        code, output = invoke(home, now, *command, champion="ewma")
        assert code == 1, command
        assert "the clock shows" in output and "nothing was published" in output, command
        assert_unchanged(home, graded_home)
    assert invoke(home, NEXT_DAY, "run", *RANGE)[0] == 0
    assert_unchanged(home, graded_home)


def test_a_clock_that_is_behind_changes_no_date_under_way(live_home, tmp_path):
    home = homes.copy_of(live_home, tmp_path / "home")
    invoke(home, NIGHT, "daily", "--date", str(DAY))
    code, output = invoke(home, EVENING, "run", *RANGE, "--no-resume", champion="ewma")
    assert code == 1 and "the clock shows" in output
    for table in TABLES[:2]:
        assert stored(home, table).equals(stored(live_home, table))


def test_a_clock_that_is_ahead_publishes_nothing_as_backtest(unpublished_home, tmp_path):
    home = homes.copy_of(unpublished_home, tmp_path / "home")
    for now in (NIGHT, "2025-11-20T17:00"):
        code, output = invoke(home, now, "run", *RANGE)
        assert code == 1 and "no result, box score, line or injury report shows that a game began" in output
        assert invoke(home, now, "daily", "--date", str(DAY))[0] == 1, "the same wrong clock proves nothing"
        assert stored(home, PUBLICATIONS).is_empty()
    invoke(home, MORNING, "run", *RANGE)
    assert stored(home, PUBLICATIONS)["kind"].to_list() == ["LIVE"]
    assert stored(home, PREDICTIONS)["prediction_made_before_game"].all()


def test_a_clock_ahead_of_the_machines_is_refused_where_the_league_is_not_simulated(unpublished_home, tmp_path):
    home = homes.copy_of(unpublished_home, tmp_path / "home")
    with homes.opened(home) as context:
        context.warehouse._execute("UPDATE payload_log SET source = 'files'")
    code, output = invoke(home, "2999-01-01T00:00", "run", *RANGE)
    assert code == 1 and "later than the machine's clock" in output


def test_the_champion_of_a_published_date_is_kept_before_tip_off(live_home, tmp_path):
    home = homes.copy_of(live_home, tmp_path / "home")
    assert invoke(home, EVENING, "run", *RANGE, champion="ewma")[0] in (0, 1)
    for table in TABLES[:2]:
        assert stored(home, table).equals(stored(live_home, table))
