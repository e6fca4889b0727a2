"""Planted violations of the ledger, grades, records and public files; each guard must find its violation."""

import datetime as dt
import random

import polars as pl
import pytest

from courtside.picks.grading import grade_picks
from courtside.picks.integrity import LedgerBrokenError, require_append_only, verify_ledger
from courtside.picks.ledger import counted, plan_publications
from courtside.picks.records import records_before
from courtside.picks.signal import daily_signals
from courtside.picks.subsets import qualified
from courtside.picks.tables import PUBLISHED_PICKS, GrainError
from courtside.publishing.contracts import render
from courtside.publishing.exporters.season_subsets import build_season_subsets
from courtside.publishing.exporters.subset_picks import build_subset_picks
from tests.picks.slates import DATE, DAY_AFTER, DEFINITIONS, outcomes, predictions, tips
from tests.publishing.season import GAME, GENERATED, PLAYERS, STARTS, graded_season, published

SHARED = {"players": PLAYERS, "definitions": DEFINITIONS, "generated_at": GENERATED}
MONTHS = [[(1 + day % 30, 32.5)] for day in range(60)]


def day_file(publications, published, graded):
    starts = list(STARTS.values())
    return build_subset_picks([DATE], publications, published, graded, season_starts=starts, **SHARED)[DATE]


def test_a_re_export_after_predictions_changed_gives_the_same_picks():
    publications, published, graded = graded_season([(1, 32.5), (2, 30.5)])
    before = render(day_file(publications, published, graded))
    changed = predictions({"player_id": 3, "prediction": 40.0}, {"player_id": 1, "prediction": 10.0})
    signals = daily_signals(changed)
    new = plan_publications(
        qualified(changed, signals, DEFINITIONS),
        signals,
        [DATE],
        publications,
        published,
        now=DAY_AFTER,
        tips=tips((GAME, None)),
    )
    assert [frame.height for frame in new] == [0, 0]
    after = counted(pl.concat([publications, new[0]]), pl.concat([published, new[1]]))
    assert render(day_file(publications, after, graded)) == before


def test_a_second_outcome_of_a_player_game_is_refused():
    _, picks = published([(1, 32.5)])
    once = outcomes(("0022500000", 1, 25))
    assert grade_picks(picks, once).height == picks.height
    with pytest.raises(GrainError, match="outcomes: 1 keys have more than one row"):
        grade_picks(picks, pl.concat([once, once]))


def test_a_duplicate_pick_is_refused_before_it_is_graded():
    publications, picks = published([(1, 32.5)])
    doubled = pl.concat([picks, picks.head(1)])
    with pytest.raises(GrainError, match="published picks"):
        counted(publications, doubled)
    with pytest.raises(GrainError, match="counted picks"):
        grade_picks(doubled, outcomes(("0022500000", 1, 25)))


@pytest.mark.parametrize("seed", range(5))
def test_a_removed_pick_is_found_wherever_the_ledger_is_used(seed):
    publications, published, graded = graded_season([(1, 32.5), (2, 30.5)], [(3, 30.5)])
    lost = random.Random(seed).randrange(published.height)
    retracted = published.with_row_index("row").filter(pl.col("row") != lost).drop("row")
    with pytest.raises(LedgerBrokenError, match="restore the warehouse"):
        verify_ledger(publications, retracted)
    with pytest.raises(LedgerBrokenError, match="append-only"):
        require_append_only(published, retracted, PUBLISHED_PICKS)
    none = predictions()
    with pytest.raises(LedgerBrokenError):
        plan_publications(
            qualified(none, daily_signals(none), DEFINITIONS),
            daily_signals(none),
            [DATE],
            publications,
            retracted,
            now=DAY_AFTER,
            tips=tips(),
        )
    with pytest.raises(LedgerBrokenError, match="nothing was exported"):
        build_season_subsets("2025-26", publications, retracted, graded, season_starts=STARTS, **SHARED)


def test_a_changed_pick_is_found():
    _, published, _ = graded_season([(1, 32.5)])
    better = published.with_columns(line=pl.col("line") - 2)
    with pytest.raises(LedgerBrokenError, match="first game_date 2026-02-07, subset_key"):
        require_append_only(published, better, PUBLISHED_PICKS)


def test_a_missing_publication_is_found():
    publications, published, _ = graded_season([(1, 32.5)], [(2, 30.5)])
    with pytest.raises(LedgerBrokenError, match="the publication states None"):
        verify_ledger(publications.head(1), published)
    second = pl.lit(2, dtype=pl.Int64)
    one_day = published.filter(game_date=DATE).with_columns(version=second)
    with pytest.raises(LedgerBrokenError, match="1 versions are stored, and the last is number 2"):
        verify_ledger(publications.filter(game_date=DATE).with_columns(version=second), one_day)


def test_the_season_record_includes_picks_older_than_a_month():
    _, _, graded = graded_season(*MONTHS, points=28)
    tomorrow = DATE + dt.timedelta(days=1)
    records = records_before(graded, [tomorrow], list(STARTS.values()), DEFINITIONS.keys)
    season = records.filter(window="season", subset_key="all_picks")
    recent = graded.filter(subset_key="all_picks").filter(pl.col("game_date") >= tomorrow - dt.timedelta(days=30))
    assert recent.height == 30
    assert season["wins"].to_list() == [60]


def test_a_view_that_drops_old_days_stops_the_export():
    publications, published, graded = graded_season(*MONTHS)
    recent = published.filter(pl.col("game_date") > DATE - dt.timedelta(days=30))
    with pytest.raises(LedgerBrokenError, match="30 dates differ"):
        build_season_subsets("2025-26", publications, recent, graded, season_starts=STARTS, **SHARED)


def test_an_empty_result_stops_the_export():
    publications, published, graded = graded_season([(1, 32.5)])
    with pytest.raises(LedgerBrokenError, match="picks of 2026-02-07"):
        day_file(publications, published.clear(), graded)
