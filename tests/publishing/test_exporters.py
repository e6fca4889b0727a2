import datetime as dt
import json

import polars as pl
import pytest

from courtside.errors import ConfigError
from courtside.picks.tables import GRADED_PICKS, GrainError
from courtside.publishing.codenames import CODE_OF_SYSTEM, public_code
from courtside.publishing.contracts import render
from courtside.publishing.exporters.rows import ExportRefusedError
from courtside.publishing.exporters.season_subsets import SeasonSubsets, build_season_subsets
from courtside.publishing.exporters.subset_picks import SubsetPicks, build_subset_picks
from tests.picks.slates import DATE, DEFINITIONS
from tests.publishing.season import GENERATED, PLAYERS, STARTS, date_at, graded_season, published

DAYS = ([(1, 32.54), (2, 16.5)], [(3, 30.5)], [], [(1, 30.5), (4, 33.5)])
SEASON = "2025-26"


def subset_picks(ledger, dates=(DATE,), **changes):
    shared = {"players": PLAYERS, "definitions": DEFINITIONS, "generated_at": GENERATED}
    return build_subset_picks(dates, *ledger, season_starts=list(STARTS.values()), **(shared | changes))


def season_subsets(ledger, season=SEASON, **changes):
    shared = {"players": PLAYERS, "definitions": DEFINITIONS, "generated_at": GENERATED}
    return build_season_subsets(season, *ledger, season_starts=STARTS, **(shared | changes))


def group(document, number):
    return document.groups[number - 1]


def test_the_file_of_a_date_has_its_picks_and_the_records_before_it():
    document = subset_picks(graded_season(*DAYS, points=28))[DATE]
    assert (document.model, document.signal) == (CODE_OF_SYSTEM["moving_average"], "neutral")
    top = group(document, 1)
    assert (top.id, top.name) == ("1", "Top Pick")
    assert [pick.model_dump() for pick in top.picks] == [
        {
            "player": "Luka Dončić 1",
            "team": "LAL",
            "opponent": "BOS",
            "prediction": 32.5,
            "line": 24.5,
            "direction": "OVER",
        }
    ]
    assert top.record.season.model_dump() == {"wins": 2, "losses": 0, "pct": 100.0}
    assert group(document, 8).record.season.wins == 3
    assert [pick.player[-1] for pick in group(document, 8).picks] == ["1", "2"]


def test_a_file_is_built_for_each_published_date_in_one_call():
    documents = subset_picks(graded_season(*DAYS), [date_at(n) for n in range(9)])
    assert list(documents) == [date_at(n) for n in (3, 2, 1, 0)]
    assert documents[date_at(2)].is_empty
    assert not documents[date_at(3)].is_empty
    assert documents[date_at(3)].groups[0].record.season.pct is None


def test_the_season_file_has_every_date_newest_first_with_results():
    document = season_subsets(graded_season(*DAYS, points=28, ungraded=1))
    every = group(document, 8)
    assert [entry.date for entry in every.dates] == [date_at(n) for n in range(4)]
    assert [[(pick.actual, pick.result) for pick in entry.picks] for entry in every.dates] == [
        [(None, None), (None, None)],
        [(28, "hit")],
        [],
        [(28, "hit"), (28, "hit")],
    ]
    assert every.record.season.model_dump() == {"wins": 3, "losses": 0, "pct": 100.0}
    assert every.record.week.wins == 3
    assert every.record.month.wins == 3


def test_the_season_record_includes_the_last_graded_date():
    ledger = graded_season(*DAYS, points=20)
    assert group(season_subsets(ledger), 8).record.season.model_dump() == {
        "wins": 1,
        "losses": 4,
        "pct": 20.0,
    }
    assert group(subset_picks(ledger)[DATE], 8).record.season.model_dump() == {
        "wins": 0,
        "losses": 3,
        "pct": 0.0,
    }


def test_the_file_of_a_season_has_only_dates_of_that_season():
    assert season_subsets(graded_season(*DAYS), "2024-25").groups[0].dates == ()
    with pytest.raises(ConfigError, match="season '2030-31' has no games"):
        season_subsets(graded_season(*DAYS), "2030-31")


def test_an_empty_ledger_gives_eight_empty_groups():
    publications, standing, graded = graded_season([])
    document = season_subsets((publications.clear(), standing.clear(), graded))
    assert len(document.groups) == 8
    assert document.is_empty
    assert document.model is None
    assert subset_picks((publications.clear(), standing.clear(), graded)) == {}


def test_public_files_contain_no_internal_name_or_id():
    ledger = graded_season(*DAYS)
    files = [render(season_subsets(ledger)), render(subset_picks(ledger)[DATE])]
    internal = [*CODE_OF_SYSTEM, *DEFINITIONS.keys, "player_id", "game_id", "0022500", "version", "composite"]
    for content in files:
        text = content.decode()
        assert [name for name in internal if name in text] == []
        assert "Dončić" in text


def test_the_bytes_do_not_depend_on_the_order_of_the_rows():
    ledger = graded_season(*DAYS)
    shuffled = tuple(frame.sample(fraction=1, shuffle=True, seed=7) for frame in ledger)
    assert render(season_subsets(shuffled)) == render(season_subsets(ledger))
    assert subset_picks(shuffled) == subset_picks(ledger)


def test_files_can_be_parsed_by_their_contract():
    ledger = graded_season(*DAYS)
    season, day = season_subsets(ledger), subset_picks(ledger)[DATE]
    assert SeasonSubsets.model_validate_json(render(season)) == season
    assert SubsetPicks.model_validate_json(render(day)) == day
    assert json.loads(render(day))["generated_at"] == "2026-02-09T12:00:00Z"


def test_a_player_without_a_name_stops_the_export():
    with pytest.raises(ExportRefusedError, match="player ids have no name, first 2"):
        subset_picks(graded_season(*DAYS), players=PLAYERS.filter(pl.col("player_id") != 2))


def test_a_player_with_two_names_stops_the_export():
    with pytest.raises(GrainError, match="player names"):
        subset_picks(graded_season(*DAYS), players=pl.concat([PLAYERS, PLAYERS.head(1)]))


def test_a_model_without_a_code_name_stops_the_export():
    publications, standing, graded = graded_season(*DAYS)
    unknown = publications.with_columns(model_code=pl.lit("secret_v3"))
    with pytest.raises(ConfigError, match="'secret_v3' has no public code name"):
        subset_picks((unknown, standing, graded))


def test_code_names_are_unique_and_returned_unchanged():
    assert CODE_OF_SYSTEM["catboost_v9"] == "926A"
    assert len(set(CODE_OF_SYSTEM.values())) == len(CODE_OF_SYSTEM)
    assert public_code("926A") == public_code("catboost_v9") == "926A"


def test_a_date_before_any_grade_has_empty_records():
    publications, picks = published([(1, 32.5)], now=dt.datetime(2026, 2, 7, 12))
    document = subset_picks((publications, picks, GRADED_PICKS.empty()))[DATE]
    assert group(document, 1).record.week.model_dump() == {"wins": 0, "losses": 0, "pct": None}
