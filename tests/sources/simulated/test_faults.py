from __future__ import annotations

import datetime as dt
from dataclasses import fields

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.errors import ConfigError
from courtside.sources.payload import Payload
from courtside.sources.simulated import Faults, League, simulate
from tests.sources.simulated.conftest import UNTIL
from tests.sources.simulated.reading import all_flat_lines, game_log, game_logs, named

_FAULTS = Faults(
    missing_box_share=0.02,
    delayed_box_share=0.03,
    late_days=4,
    truncated_box_share=0.04,
    repeated_payload_share=0.05,
    correction_share=0.06,
    renamed_players=3,
    missing_line_days=2,
)


@pytest.fixture(scope="module")
def faulty() -> League:
    return simulate(seasons=1, seed=11, until=UNTIL, faults=_FAULTS)


@pytest.fixture(scope="module")
def delivered(faulty: League) -> list[Payload]:
    return list(faulty.payloads)


@pytest.fixture(scope="module")
def on_time(delivered: list[Payload]) -> pl.DataFrame:
    return game_logs([payload for payload in delivered if "refetched" not in payload.name], "P").unique()


def _struck(league: League, kind: str) -> pl.DataFrame:
    return league.truth.faults.filter(pl.col("kind") == kind)


def _holding(payloads: list[Payload], game_id: str, grain: str = "P") -> list[dt.datetime]:
    logs = [payload for payload in named(payloads, f"leaguegamelog_{grain}_") if game_id.encode() in payload.content]
    return sorted({payload.fetched_at for payload in logs})


def test_the_number_of_faults_is_as_planned(faulty: League, delivered: list[Payload]):
    games = faulty.truth.players.filter(pl.col("game_date") <= UNTIL)["game_id"].n_unique()
    counts = dict(faulty.truth.faults.group_by("kind").len().iter_rows())
    repeated = counts.pop("repeated_payload")
    assert counts == {
        "missing_box": round(0.02 * games),
        "delayed_box": round(0.03 * games),
        "truncated_box": round(0.04 * games),
        "correction": round(0.06 * games),
        "renamed_player": 3,
        "missing_line_day": 2,
    }
    of_points = [payload for payload in delivered if not payload.name.startswith("market_lines_")]
    assert repeated == round(0.05 * (len(of_points) - repeated))


def test_a_league_without_faults_records_none(league: League):
    assert league.truth.faults.is_empty()


def test_faults_do_not_change_the_results(league: League, faulty: League):
    assert faulty.truth.players.equals(league.truth.players)


def test_a_missing_box_score_is_never_delivered(faulty: League, delivered: list[Payload]):
    for game_id in _struck(faulty, "missing_box")["game_id"]:
        assert _holding(delivered, game_id) == _holding(delivered, game_id, "T") == []


def test_a_delayed_box_score_is_delivered_late_days_later(faulty: League, delivered: list[Payload]):
    for row in _struck(faulty, "delayed_box").iter_rows(named=True):
        due = dt.datetime.combine(row["game_date"] + dt.timedelta(days=1 + 4), dt.time(9))
        expected = due if due.date() <= UNTIL + dt.timedelta(days=1) else None
        assert row["delivered_at"] == expected
        for grain in ("P", "T"):
            seen = _holding(delivered, row["game_id"], grain)
            assert seen[:1] == ([expected] if expected else [])


def test_a_truncated_box_score_lacks_players_of_one_team_until_it_is_complete(
    faulty: League, delivered: list[Payload], payloads: list[Payload], on_time: pl.DataFrame
):
    whole = game_logs(payloads, "P")
    teams = game_logs(delivered, "T").unique()
    for row in _struck(faulty, "truncated_box").iter_rows(named=True):
        here = pl.col("GAME_ID") == row["game_id"]
        lost = whole.filter(here).join(on_time, on=["GAME_ID", "PLAYER_ID"], how="anti")
        assert lost["TEAM_ID"].unique().to_list() == [row["team_id"]]
        assert 2 <= lost.height <= 4
        points = on_time.filter(here, pl.col("TEAM_ID") == row["team_id"])["PTS"].sum()
        assert points < teams.filter(here, pl.col("TEAM_ID") == row["team_id"])["PTS"].item()
        if row["delivered_at"]:
            (late,) = [
                game_log(payload)
                for payload in named(delivered, f"leaguegamelog_P_{row['game_date']}_refetched_")
                if payload.fetched_at == row["delivered_at"]
            ]
            assert late.filter(here)["PLAYER_ID"].n_unique() == whole.filter(here).height


def test_a_correction_moves_a_basket_between_teammates_two_days_later(
    faulty: League, delivered: list[Payload], on_time: pl.DataFrame
):
    teams = game_logs(delivered, "T").unique()
    for row in _struck(faulty, "correction").drop_nulls("delivered_at").iter_rows(named=True):
        (later,) = [
            game_log(payload)
            for payload in named(delivered, f"leaguegamelog_P_{row['game_date']}_refetched_")
            if payload.fetched_at == row["delivered_at"]
        ]
        assert row["delivered_at"].date() == row["game_date"] + dt.timedelta(days=3)
        both = on_time.join(later, on=["GAME_ID", "PLAYER_ID"], suffix="_later").filter(
            pl.col("GAME_ID") == row["game_id"]
        )
        change = both.select("PLAYER_ID", change=pl.col("PTS_later") - pl.col("PTS")).filter(pl.col("change") != 0)
        assert dict(change.iter_rows()) == {row["player_id"]: -2, row["to_player_id"]: 2}
        own = (pl.col("GAME_ID") == row["game_id"]) & (pl.col("TEAM_ID") == row["team_id"])
        assert later.filter(own)["PTS"].sum() == teams.filter(own)["PTS"].item()
        assert later.filter(pl.col("FGM") > pl.col("FGA")).is_empty()


def test_a_repeated_payload_has_the_same_bytes(faulty: League, delivered: list[Payload]):
    again = _struck(faulty, "repeated_payload")
    for name, delivered_at in again.select("name", "delivered_at").iter_rows():
        first, second = [payload for payload in delivered if payload.name == name]
        assert first.payload_id == second.payload_id
        assert first.fetched_at < second.fetched_at == delivered_at


def test_the_lines_of_a_renamed_player_have_a_name_of_no_player(
    faulty: League, league: League, delivered: list[Payload], payloads: list[Payload]
):
    before, after = (set(all_flat_lines(some)["outcomes_description"]) for some in (payloads, delivered))
    renamed = _struck(faulty, "renamed_player")
    assert after - before == set(renamed["name"])
    surnames = {part for name in league.truth.players["player_name"].unique() for part in name.split()}
    assert not {part for name in renamed["name"] for part in name.split()} & surnames


def test_a_missing_line_day_has_no_lines_at_all(faulty: League, delivered: list[Payload]):
    for date in _struck(faulty, "missing_line_day")["game_date"]:
        assert not [p for p in delivered if str(date) in p.name and p.name.startswith(("player_points", "event_odds"))]
        assert [p for p in delivered if p.name.startswith(f"leaguegamelog_P_{date}")]


def test_parse_accepts_the_documented_text():
    assert Faults.parse("") == Faults()
    assert Faults.parse(" missing_box_share = 0.02 , missing_line_days=3,") == Faults(
        missing_box_share=0.02, missing_line_days=3
    )


@given(
    st.builds(
        Faults,
        missing_box_share=st.floats(0, 0.5),
        late_days=st.integers(1, 60),
        renamed_players=st.integers(0, 200),
    )
)
def test_parse_survives_a_round_trip(faults: Faults):
    text = ",".join(f"{field.name}={getattr(faults, field.name)!r}" for field in fields(faults))
    assert Faults.parse(text) == faults


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mising_box_share=0.1", "'mising_box_share' is not a fault; the faults are missing_box_share, delayed"),
        ("__class__=1", "'__class__' is not a fault"),
        ("=0.1", "'' is not a fault"),
        ("missing_box_share", "has no value; write it as missing_box_share=0.02"),
        ("missing_box_share=", "takes a number"),
        ("missing_box_share=lots", "was given 'lots'"),
        ("missing_box_share=nan", "lies between 0 and 1"),
        ("missing_box_share=inf", "lies between 0 and 1"),
        ("missing_box_share=-0.1", "lies between 0 and 1"),
        ("missing_box_share=1.1", "lies between 0 and 1"),
        ("missing_box_share=0.1,missing_box_share=0.2", "given twice"),
        ("missing_line_days=1.5", "takes a whole number"),
        ("late_days=0", "lies between 1 and 60"),
        ("late_days=9999999999999999999999", "lies between 1 and 60"),
        ("renamed_players=-1", "lies between 0 and 200"),
        ("missing_box_share=0.6,truncated_box_share=0.6", "add up to 1.2"),
        ("missing_box_share=0.1;rm -rf", "takes a number"),
    ],
)
def test_invalid_faults_are_refused_and_the_entry_is_named(text: str, message: str):
    with pytest.raises(ConfigError, match=message):
        Faults.parse(text)


@given(st.text())
def test_parse_accepts_or_refuses_any_text(text: str):
    try:
        assert isinstance(Faults.parse(text), Faults)
    except ConfigError as error:
        assert "fault" in str(error)
