from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from courtside.errors import ConfigError
from courtside.sources.payload import Payload
from courtside.sources.simulated import League, simulate
from courtside.sources.simulated.season import play_seasons
from tests.sources.simulated.conftest import UNTIL
from tests.sources.simulated.reading import game_logs, named, schedules

_SHORT = {"seasons": 1, "seed": 11, "until": dt.date(2025, 10, 28)}
_DIGEST = """
import datetime as dt, hashlib
from courtside.sources.simulated import simulate
total = hashlib.sha256()
for payload in simulate(seasons=1, seed=11, until=dt.date(2025, 10, 28)).payloads:
    total.update(payload.name.encode() + str(payload.fetched_at).encode() + payload.content)
print(total.hexdigest())
"""


def _digest(payloads: list[Payload]) -> str:
    total = hashlib.sha256()
    for payload in payloads:
        total.update(payload.name.encode() + str(payload.fetched_at).encode() + payload.content)
    return total.hexdigest()


def test_the_same_seed_gives_the_same_bytes_in_this_process_and_in_another():
    league = simulate(**_SHORT)
    here = _digest(list(league.payloads))
    assert _digest(list(league.payloads)) == here
    elsewhere = subprocess.run(
        [sys.executable, "-c", _DIGEST],
        env=os.environ | {"PYTHONHASHSEED": "4242", "POLARS_MAX_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout.strip() == here


def test_another_seed_gives_another_league():
    assert _digest(list(simulate(**_SHORT | {"seed": 12}).payloads)) != _digest(list(simulate(**_SHORT).payloads))


def test_payloads_of_the_simulated_source_are_in_order_of_fetching(payloads: list[Payload]):
    assert {payload.source for payload in payloads} == {"simulated"}
    assert all(one.fetched_at <= two.fetched_at for one, two in pairwise(payloads))
    assert len({payload.name for payload in payloads}) == len(payloads)


def test_nothing_is_fetched_after_the_afternoon_of_the_day_after_the_last_results(payloads: list[Payload]):
    assert payloads[-1].fetched_at <= dt.datetime.combine(UNTIL + dt.timedelta(days=1), dt.time(15))
    assert game_logs(payloads, "P")["GAME_DATE"].max() == UNTIL.isoformat()


def test_the_slate_after_the_last_results_has_only_early_lines(payloads: list[Payload]):
    slate = UNTIL + dt.timedelta(days=1)
    rounds = {payload.name.split("_")[-1] for payload in named(payloads, "event_odds_") if f"_{slate}_" in payload.name}
    assert rounds == {"evening.json", "morning.json"}


def test_the_schedule_has_the_whole_season_and_the_results_so_far(payloads: list[Payload]):
    first, *_, last = schedules(payloads)
    assert len(first) == len(last) == 1230
    assert {game["gameStatus"] for game in first} == {1}
    for game in last:
        is_over = str(game["gameDateEst"])[:10] <= UNTIL.isoformat()
        assert game["gameStatus"] == (3 if is_over else 1)
        scores = game["homeTeam"]["score"], game["awayTeam"]["score"]
        assert (min(scores) > 60 and scores[0] != scores[1]) if is_over else scores == (0, 0)


def test_a_finished_season_is_refreshed_monthly_and_once_it_is_over():
    names = [payload.name for payload in simulate(seasons=1, seed=3).payloads if "schedule" in payload.name]
    assert [name[-15:-5] for name in names] == [
        *("2025-10-01", "2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"),
        "2026-04-14",
    ]


def test_players_stay_from_season_to_season_and_some_leave_arrive_and_move():
    one, two = play_seasons(5, 2024, 2025, None)
    before, after = set(one.players.player_id.tolist()), set(two.players.player_id.tolist())
    assert 15 < len(before - after) < 70
    assert len(before) == len(after) == 450
    assert min(after - before) > max(before)
    moved = (one.conditions.seats[0] != one.conditions.seats[-1]).sum()
    assert 2 <= moved <= 6 * 4


def test_the_truth_has_every_rostered_player_and_is_not_delivered(
    league: League, payloads: list[Payload], tmp_path: Path
):
    players = league.truth.players
    assert players.height == 1230 * 2 * 15
    assert players.select("game_id", "player_id").is_unique().all()
    box = game_logs(payloads, "P").join(players, left_on=["GAME_ID", "PLAYER_ID"], right_on=["game_id", "player_id"])
    assert set(box["status"]) == {"played"}
    assert abs((box["PTS"] - box["expected_points"]).mean()) < 0.3
    assert abs((box["MIN"] - box["expected_minutes"]).mean()) < 0.6
    assert box.select(pl.corr("PTS", "expected_points")).item() > 0.7
    assert not any(b"expected" in payload.content for payload in payloads)
    league.truth.write(tmp_path / "truth")
    assert pl.read_parquet(tmp_path / "truth" / "players.parquet").equals(players)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seasons": 0}, "at least one season"),
        ({"seed": -1}, "0 or more"),
        ({"seasons": 90}, "1936 to 2025"),
        ({"last_season_start": 2046}, "not within 1946 to 2045"),
        ({"until": dt.date(2025, 8, 1)}, "2025-08-01 is not within the last season"),
        ({"until": dt.date(2027, 1, 1)}, "set last_season_start"),
    ],
)
def test_an_invalid_league_is_refused_and_the_argument_is_named(arguments: dict[str, object], message: str):
    with pytest.raises(ConfigError, match=message):
        simulate(**arguments)


def test_payload_names_state_grain_and_date(payloads: list[Payload]):
    names = {payload.name for payload in payloads}
    assert {"leaguegamelog_P_2025-11-03.json", "leaguegamelog_T_2025-11-03.json"} <= names
    assert {"player_points_2025-11-03_close.csv", "schedule_2025-26_2025-10-01.json"} <= names
    assert json.loads(named(payloads, "leaguegamelog_P")[0].content)["parameters"]["PlayerOrTeam"] == "P"


def test_lines_of_other_markets_can_begin_later_and_change_no_other_payload():
    first = dt.date(2025, 10, 27)
    everything, later = (list(simulate(**_SHORT, **more).payloads) for more in ({}, {"other_markets_from": first}))
    left_out = [one for one in everything if one.name.startswith("market_lines_") and one.name[13:23] < str(first)]
    assert left_out
    assert later == [one for one in everything if one not in left_out]
    assert any(one.name.startswith("market_lines_") for one in later)


def test_rounds_between_the_first_and_the_close_can_begin_later_and_change_no_other_payload():
    first = dt.date(2025, 10, 25)
    everything, later = (list(simulate(**_SHORT, **more).payloads) for more in ({}, {"every_round_from": first}))
    between = [one for one in everything if one.name.endswith(("_morning.csv", "_afternoon.csv"))]
    left_out = [one for one in between if one.name.startswith("player_points_") and one.name[14:24] < str(first)]
    assert 0 < len(left_out) < len(between)
    assert later == [one for one in everything if one not in left_out]
