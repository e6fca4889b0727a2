"""Leaks planted in the features; the leakage checks must find each of them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from courtside.analytics import lines as line_rules
from courtside.audit.leakage import LeakageVerdict, correlation, oracle_error, recomputation
from courtside.features import entities, slate
from courtside.features.known import Known, features_of
from courtside.features.windows import NO_DAY, Before, Games, Window
from tests.features.league import START, round_robin

DAYS = [START + dt.timedelta(days) for days in range(30)]
Patch = pytest.MonkeyPatch


@pytest.fixture(scope="module")
def known() -> Known:
    """A league of 30 days in which players with lines have one before tip-off and one after it."""
    league = round_robin(30)
    for game in league.games:
        noon = dt.datetime.combine(game.date, dt.time(16))
        for player in game.rosters[game.home][:3]:
            league.quoted[game.game_id, player] = [
                ("fanduel", noon, 15.5),
                ("fanduel", noon.replace(hour=23, minute=50), 25.5),
            ]
    return league.known()


def _judged(known: Known) -> LeakageVerdict:
    days = sorted(set(known.games["game_date"]))[-4:]
    stored = features_of(known, DAYS)
    return recomputation(stored, days, lambda day: features_of(known.before_games_of(day), [day]))


def _with_the_day(monkeypatch: Patch, is_leaky: Callable[[Games], bool]) -> None:
    """Compute positions as a leaking `<=` on the date would, in some games."""
    honest = Games.before

    def before(games: Games, rows: pl.DataFrame) -> Before:
        return honest(games, rows.with_columns(pl.col("game_day") + 1) if is_leaky(games) else rows)

    monkeypatch.setattr(Games, "before", before)


def test_rows_without_a_leak_pass(known: Known) -> None:
    assert _judged(known).passed


def test_the_game_itself_in_a_players_window_is_caught(known: Known, monkeypatch: Patch) -> None:
    _with_the_day(monkeypatch, lambda games: games.by[0] == "player_id")
    verdict = _judged(known)
    assert not verdict.passed, verdict


def test_an_opponents_window_that_includes_the_day_is_caught(known: Known, monkeypatch: Patch) -> None:
    _with_the_day(monkeypatch, lambda games: games.by == ("team_id",))
    verdict = _judged(known)
    assert not verdict.passed
    assert "opponent" in verdict.reason or "pace" in verdict.reason


def test_the_last_snapshot_after_tip_off_is_caught(known: Known, monkeypatch: Patch) -> None:
    monkeypatch.setattr(line_rules, "USABLE", ("pre_tip", "untimed", "in_game"))
    verdict = _judged(known)
    assert not verdict.passed
    assert "vegas" in verdict.reason


def test_a_season_average_over_the_whole_season_is_caught(known: Known, monkeypatch: Patch) -> None:
    def whole_season(before: Before) -> Window:
        tomorrow = np.full_like(before.days, 1 << 17)
        return Before(before.games, before.groups, tomorrow).since(np.full_like(before.days, NO_DAY))

    monkeypatch.setattr(Before, "all", whole_season)
    verdict = _judged(known)
    assert not verdict.passed
    assert "points_avg_season" in verdict.reason


def test_players_known_only_after_the_game_are_caught(known: Known, monkeypatch: Patch) -> None:
    def leaky(sides: pl.DataFrame, team_games: Games, players: Games, *others: object, **named: object) -> pl.DataFrame:
        found = entities.entities(sides, team_games, players, *others, **named)  # type: ignore[arg-type]
        return found.join(players.frame, on=["game_id", "player_id"], how="semi")

    monkeypatch.setattr(slate, "entities", leaky)
    verdict = _judged(known)
    assert not verdict.passed
    assert verdict.observed
    assert "the set of players" in verdict.reason


def _rows(noise: float) -> pl.DataFrame:
    draw = random.Random(3)
    points = [draw.randint(0, 35) for _ in range(500)]
    form = [scored + draw.gauss(0, noise) for scored in points]
    minutes = [draw.randint(12, 38) for _ in points]
    return pl.DataFrame(
        {
            "points": points,
            "points_avg_last_5": form,
            "predicted_points": form,
            "minutes": minutes,
            "ppm_avg_last_10": [
                scored / played + draw.gauss(0, 0.15) for scored, played in zip(points, minutes, strict=True)
            ],
        }
    )


def test_form_that_includes_the_game_is_caught_by_its_correlation() -> None:
    assert correlation(_rows(10)).passed
    verdict = correlation(_rows(2))
    assert not verdict.passed
    assert verdict.observed is not None
    assert verdict.observed >= verdict.threshold


def test_a_model_better_than_the_oracle_is_caught() -> None:
    assert oracle_error(_rows(10)).passed
    assert not oracle_error(_rows(1)).passed
