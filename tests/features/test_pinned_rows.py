"""Stored feature rows and recent form keep their bytes, so that a refactoring that changes a value is found.

A change that is meant to change values replaces the hashes: run this module as a script to print them.
"""

from __future__ import annotations

import datetime as dt
import hashlib

import polars as pl
import pytest

from courtside.features.known import features_of
from courtside.features.recent_form import recent_form
from tests.features.league import START, League, round_robin

DAYS = [START + dt.timedelta(days) for days in range(45)]
PINNED = {
    "whole features": (1492, "1764bc10c732480c"),
    "whole recent form": (1492, "3869ff42d3fabbbf"),
    "gaps features": (988, "90ac7bebc2b6b29a"),
    "gaps recent form": (988, "cc82d71f5353b203"),
}


def whole_league() -> League:
    """Return a league with every box score and shot chart."""
    return round_robin(45, teams=6, seed=41)


def league_with_gaps() -> League:
    """Return a league with a Cup final, missing box scores and charts, and lines."""
    league = round_robin(44, teams=4, seed=42)
    for game in league.games[6::9]:
        game.has_box = False
    for game in league.games[4::7]:
        game.has_chart = False
    for game in league.games[::5]:
        noon = dt.datetime.combine(game.date, dt.time(16))
        quotes = [("fanduel", noon, 12.5), ("fanduel", noon + dt.timedelta(hours=2), 13.5), ("betmgm", None, 11.5)]
        league.quoted[game.game_id, game.rosters[game.home][0]] = quotes
    league.play(DAYS[43], 1, 2, kind="006")
    league.play(DAYS[44], 1, 2)
    return league


LEAGUES = {"whole": whole_league, "gaps": league_with_gaps}


def pin(rows: pl.DataFrame) -> tuple[int, str]:
    """Return the number of rows and a hash of their values by name, floats with all their digits."""
    ordered = rows.select(sorted(rows.columns)).sort("game_id", "player_id")
    return rows.height, hashlib.sha256(ordered.write_csv().encode()).hexdigest()[:16]


def pinned_rows(name: str) -> dict[str, tuple[int, str]]:
    """Return the pins of a league's feature rows and of their recent form."""
    known = LEAGUES[name]().known()
    rows = features_of(known, DAYS)
    form = recent_form(rows, known.player_games, known.team_games)
    return {f"{name} features": pin(rows), f"{name} recent form": pin(form)}


@pytest.mark.parametrize("name", LEAGUES)
def test_the_rows_of_a_league_keep_their_bytes(name: str) -> None:
    found = pinned_rows(name)
    assert found == {key: PINNED[key] for key in found}


if __name__ == "__main__":
    for league in LEAGUES:
        print(pinned_rows(league))
