"""The payloads have the columns and keys of the providers' recorded responses."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tarfile

import polars as pl
import pytest

from courtside.sources.payload import Payload
from tests.real_data import DATA, needs_real_data
from tests.sources.simulated.reading import game_log, game_logs, named, schedules

pytestmark = [pytest.mark.real, needs_real_data]


@pytest.mark.parametrize(("grain", "letter"), [("player", "P"), ("team", "T")])
def test_game_logs_have_the_headers_of_stats_nba_com(payloads: list[Payload], grain: str, letter: str):
    assert DATA is not None
    recorded = DATA / "payloads" / "jordan_koch_fixtures" / "league_game_log" / "season=2024-25" / f"grain={grain}"
    document = json.loads(next(recorded.rglob("payload.json")).read_text())
    assert game_log(named(payloads, f"leaguegamelog_{letter}_")[0]).columns == document["resultSets"][0]["headers"]


def test_the_schedule_has_keys_of_the_cdn(payloads: list[Payload]):
    assert DATA is not None
    (recorded,) = (DATA / "payloads" / "provider_samples" / "nbac_schedule_api").glob("*.json.gz")
    game = json.loads(gzip.decompress(recorded.read_bytes()))["leagueSchedule"]["gameDates"][30]["games"][0]
    ours = schedules(payloads)[0][0]
    assert set(ours) <= set(game)
    assert set(ours["homeTeam"]) <= set(game["homeTeam"])
    assert {key: type(ours[key]) for key in ours} == {key: type(game[key]) for key in ours}


def test_flat_lines_have_the_columns_of_the_odds_api(payloads: list[Payload]):
    assert DATA is not None
    with tarfile.open(DATA / "lines" / "originals" / "the_odds_api_2024-03_05.tar.xz") as archive:
        member = next(entry for entry in archive if entry.name.endswith(".csv"))
        recorded = archive.extractfile(member)
        assert recorded is not None
        header = next(csv.reader(io.TextIOWrapper(recorded)))
    ours = named(payloads, "player_points_")[0].content.decode().splitlines()[0]
    assert ours.split(",") == header


def test_event_odds_have_the_keys_of_the_odds_api(payloads: list[Payload]):
    assert DATA is not None
    recorded = json.loads(next((DATA / "payloads" / "the_odds_api").glob("event_odds_*.json")).read_text())
    ours = json.loads(named(payloads, "event_odds_")[0].content)
    assert set(ours) == set(recorded)
    for one, two in (
        (ours["bookmakers"][0], recorded["bookmakers"][0]),
        (ours["bookmakers"][0]["markets"][0], recorded["bookmakers"][0]["markets"][0]),
        (
            ours["bookmakers"][0]["markets"][0]["outcomes"][0],
            recorded["bookmakers"][0]["markets"][0]["outcomes"][0],
        ),
    ):
        assert set(one) == set(two)


def test_no_simulated_player_has_a_real_players_name_or_id(payloads: list[Payload]):
    assert DATA is not None
    real = pl.concat(
        [
            pl.read_csv(path, columns=["PLAYER_ID", "PLAYER_NAME"])
            for path in sorted((DATA / "boxscores").glob("game_logs_*.csv"))
        ]
    ).unique()
    ours = game_logs(payloads, "P").select("PLAYER_ID", "PLAYER_NAME").unique()
    assert ours.join(real, on="PLAYER_ID", how="semi").is_empty()
    assert ours.join(real, on="PLAYER_NAME", how="semi").is_empty()
