import datetime as dt

import polars as pl
import pytest

from courtside.picks.grading import grade_picks
from courtside.picks.ledger import counted, plan_publications
from courtside.picks.signal import daily_signals
from courtside.picks.subsets import qualified
from courtside.picks.tables import PUBLICATIONS, PUBLISHED_PICKS
from tests.picks.slates import (
    DATE,
    DAY_AFTER,
    DEFINITIONS,
    MORNING,
    TIP,
    empty_ledger,
    fillers,
    outcomes,
    predictions,
    tips,
)

EARLY, LATE = "0022500001", "0022500002"
EARLY_TIP = TIP - dt.timedelta(hours=3)
BETWEEN = TIP - dt.timedelta(hours=1)
TIPS = tips((EARLY, EARLY_TIP), (LATE, TIP))


def rerun(ledger, rows, now, slate=TIPS, dates=(DATE,)):
    """Publish `rows` at `now` after the versions in `ledger`, and return the new ledger."""
    frame = predictions(*rows)
    signals = daily_signals(frame)
    candidates = qualified(frame, signals, DEFINITIONS)
    new = plan_publications(candidates, signals, dates, *ledger, now=now, tips=slate)
    return tuple(pl.concat(pair) for pair in zip(ledger, new, strict=True))


def pick(player, game=EARLY, prediction=32.5, **more):
    tip = EARLY_TIP if game == EARLY else TIP
    return {"player_id": player, "game_id": game, "prediction": prediction, "tip_at": tip, **more}


def counted_players(ledger, key="all_picks"):
    rows = counted(*ledger).filter(subset_key=key)
    return dict(rows.select("player_id", "prediction").iter_rows())


def test_the_first_publication_of_a_date_holds_its_picks_and_its_signal():
    publications, picks = rerun(empty_ledger(), [*fillers(game_id=LATE), pick(1)], MORNING)
    row = publications.row(0, named=True)
    assert (row["version"], row["kind"], row["signal"], row["picks"]) == (1, "LIVE", "YELLOW", picks.height)
    assert row["predictions_with_line"] == 13
    assert set(picks["kind"]) == {"LIVE"}
    assert set(picks["subset_key"]) == set(DEFINITIONS.keys)
    assert publications.schema == PUBLICATIONS.polars_schema
    assert picks.schema == PUBLISHED_PICKS.polars_schema


def test_a_date_without_picks_has_a_publication():
    publications, picks = rerun(empty_ledger(), [*fillers()], MORNING)
    assert publications.select("signal", "picks").rows() == [("YELLOW", 0)]
    assert picks.is_empty()
    publications, _ = rerun(empty_ledger(), [], MORNING)
    assert publications.select("signal", "model_code", "predictions_with_line").rows() == [(None, None, 0)]


def test_unchanged_predictions_append_nothing():
    once = rerun(empty_ledger(), [pick(1), pick(2, LATE)], MORNING)
    for now in (MORNING + dt.timedelta(hours=1), BETWEEN, DAY_AFTER):
        again = rerun(once, [pick(1), pick(2, LATE)], now)
        assert all(new.equals(old) for new, old in zip(again, once, strict=True))


def test_a_new_version_before_any_tip_off_selects_all_picks_again():
    ledger = rerun(empty_ledger(), [pick(1), pick(2, LATE)], MORNING)
    ledger = rerun(ledger, [pick(1, prediction=33.0), pick(3, LATE)], MORNING + dt.timedelta(hours=1))
    assert counted_players(ledger) == {1: 33.0, 3: 32.5}
    assert ledger[0]["version"].to_list() == [1, 2]
    assert "added" in ledger[0]["reason"][1] and "removed" in ledger[0]["reason"][1]
    assert ledger[0]["reason"][1].endswith("; decided again with 2 games ahead")


def test_the_picks_of_a_begun_game_are_kept_unchanged():
    ledger = rerun(empty_ledger(), [pick(1), pick(2, LATE)], MORNING)
    ledger = rerun(ledger, [pick(5), pick(2, LATE, 33.0)], BETWEEN)
    assert counted_players(ledger) == {1: 32.5, 2: 33.0}
    first, second = ledger[1].filter(player_id=1).partition_by("version")
    assert first.drop("version").equals(second.drop("version"))


def test_a_kept_pick_counts_toward_the_subset_s_top():
    ledger = rerun(empty_ledger(), [*fillers(game_id=LATE), pick(1), pick(2, LATE, 32.0)], MORNING)
    assert counted_players(ledger, "top_pick") == {1: 32.5}
    ledger = rerun(ledger, [*fillers(game_id=LATE), pick(1, prediction=20.0), pick(2, LATE, 40.0)], BETWEEN)
    assert counted_players(ledger, "top_pick") == {1: 32.5}
    assert counted_players(ledger, "top_3") == {1: 32.5, 2: 40.0}


def test_a_candidate_of_a_begun_game_is_replaced_by_the_next_best():
    ledger = rerun(empty_ledger(), [*fillers(game_id=LATE), pick(2, LATE)], MORNING)
    ledger = rerun(ledger, [*fillers(game_id=LATE), pick(1, prediction=40.0), pick(2, LATE, 33.0)], BETWEEN)
    assert counted_players(ledger, "top_pick") == {2: 33.0}


def test_a_date_first_published_after_its_first_tip_off_is_a_final_backtest():
    ledger = rerun(empty_ledger(), [pick(1), pick(2, LATE)], DAY_AFTER)
    assert ledger[0]["kind"].to_list() == ["BACKTEST"]
    assert set(ledger[1]["kind"]) == {"BACKTEST"}
    again = rerun(ledger, [pick(3)], DAY_AFTER + dt.timedelta(days=1))
    assert all(new.equals(old) for new, old in zip(again, ledger, strict=True))
    assert counted_players(again) == {1: 32.5, 2: 32.5}


def test_a_backtest_date_is_not_published_again_for_a_later_game():
    ledger = rerun(empty_ledger(), [pick(1), pick(2, LATE)], BETWEEN)
    kinds = dict(ledger[1].select("player_id", "kind").unique().iter_rows())
    assert kinds == {1: "BACKTEST", 2: "LIVE"}
    assert rerun(ledger, [pick(2, LATE, 40.0)], BETWEEN + dt.timedelta(minutes=5))[0].height == 1


@pytest.mark.parametrize("timing", ["unknown", None, "in_game"])
def test_a_pick_on_a_line_without_a_time_is_not_live(timing):
    publications, picks = rerun(empty_ledger(), [pick(1, line_timing=timing)], MORNING)
    assert publications["kind"].to_list() == ["LIVE"]
    assert set(picks["kind"]) == {"BACKTEST"}


def test_an_unknown_tip_off_counts_as_noon_eastern():
    noon = dt.datetime(2026, 2, 7, 17, 0)
    unknown = tips((EARLY, None))
    for now, kind in ((noon - dt.timedelta(seconds=1), "LIVE"), (noon, "BACKTEST")):
        ledger = rerun(empty_ledger(), [{**pick(1), "tip_at": None}], now, unknown)
        assert ledger[0]["kind"].to_list() == [kind]
        assert set(ledger[1]["kind"]) == {kind}
    summer = dt.date(2025, 6, 22)
    late = dt.datetime(2025, 6, 22, 16, 0)
    ledger = rerun(empty_ledger(), [], late, tips((EARLY, None), date=summer), [summer])
    assert ledger[0]["kind"].to_list() == ["BACKTEST"]


def test_a_run_without_predictions_keeps_the_published_picks():
    ledger = rerun(empty_ledger(), [pick(1)], MORNING)
    again = rerun(ledger, [], MORNING + dt.timedelta(hours=1))
    assert all(new.equals(old) for new, old in zip(again, ledger, strict=True))


def test_a_changed_signal_alone_is_a_new_version_with_the_same_picks():
    ledger = rerun(empty_ledger(), [pick(1)], MORNING)
    ledger = rerun(ledger, [*fillers(game_id=LATE), pick(1)], MORNING + dt.timedelta(hours=1))
    assert ledger[0].sort("version")["signal"].to_list() == [None, "YELLOW"]
    assert counted_players(ledger) == {1: 32.5}


def test_each_date_is_published_independently_in_one_call():
    later = DATE + dt.timedelta(days=1)
    slate = pl.concat([TIPS, tips(("0022500009", TIP + dt.timedelta(days=1)), date=later)])
    rows = [pick(1), {**pick(1, "0022500009"), "game_date": later, "tip_at": TIP + dt.timedelta(days=1)}]
    publications, picks = rerun(empty_ledger(), rows, DAY_AFTER, slate, (later, DATE, later))
    assert publications.select("game_date", "version", "kind").rows() == [
        (DATE, 1, "BACKTEST"),
        (later, 1, "LIVE"),
    ]
    assert picks.height == 8
    assert set(picks.filter(game_date=later)["kind"]) == {"LIVE"}


def test_only_the_requested_dates_are_published():
    publications, picks = rerun(empty_ledger(), [pick(1)], MORNING, dates=())
    assert publications.is_empty()
    assert picks.is_empty()


def test_grades_use_the_version_that_counts():
    ledger = rerun(empty_ledger(), [pick(1)], MORNING)
    ledger = rerun(ledger, [pick(1, line=20.5)], MORNING + dt.timedelta(hours=1))
    graded = grade_picks(counted(*ledger), outcomes((EARLY, 1, 22)))
    assert graded.select("version", "line", "result").unique().rows() == [(2, 20.5, "hit")]


def test_the_order_of_input_rows_changes_nothing():
    rows = [*fillers(game_id=LATE), *(pick(player, LATE) for player in range(1, 9))]
    forward = rerun(empty_ledger(), rows, MORNING)
    backward = rerun(empty_ledger(), [*reversed(rows)], MORNING)
    assert all(one.equals(other) for one, other in zip(forward, backward, strict=True))


def test_a_game_has_begun_at_its_tip_off_and_not_a_second_before():
    ledger = rerun(empty_ledger(), [pick(1)], MORNING)
    for now, expected in ((EARLY_TIP, 32.5), (EARLY_TIP - dt.timedelta(seconds=1), 40.0)):
        assert counted_players(rerun(ledger, [pick(1, prediction=40.0)], now)) == {1: expected}


def test_a_version_published_after_tip_off_never_counts():
    publications, picks = rerun(empty_ledger(), [pick(1)], MORNING)
    for published_at, expected in ((EARLY_TIP, 32.5), (EARLY_TIP - dt.timedelta(seconds=1), 40.0)):
        second = publications.with_columns(
            version=pl.lit(2, dtype=pl.Int64), published_at=pl.lit(published_at, dtype=pl.Datetime("us"))
        )
        better = picks.with_columns(version=pl.lit(2, dtype=pl.Int64), prediction=pl.lit(40.0))
        ledger = (pl.concat([publications, second]), pl.concat([picks, better]))
        assert counted_players(ledger) == {1: expected}
