"""Leaks planted in the features, each of which the leakage checks must catch."""

from __future__ import annotations

import datetime as dt
import random
import types
from collections.abc import Callable

import narwhals as nw
import polars as pl
import pytest

from courtside.analytics import lines as line_rules
from courtside.audit.leakage import LeakageVerdict, correlation, oracle_error, recomputation
from courtside.features import entities, history, inputs, team_windows, windows
from courtside.features.inputs import Inputs
from courtside.features.known import Known, features_of
from courtside.warehouse.base import Lazy
from tests.features.league import START, round_robin

DAYS = [START + dt.timedelta(days) for days in range(30)]
Patch = pytest.MonkeyPatch


@pytest.fixture(scope="module")
def known() -> Known:
    """A league of 30 days whose quoted players have a line before and one after tip-off."""
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


def _with_the_day(place: Callable[..., Lazy]) -> Callable[..., Lazy]:
    """Place rows as a `<=` on the date would."""

    def leaky(rows: Lazy, events: Lazy, by: str) -> Lazy:
        tomorrow = rows.with_columns(game_day=nw.col("game_day") + 1)
        return place(tomorrow, events, by).with_columns(game_day=nw.col("game_day") - 1)

    return leaky


def _proxy(**changes: object) -> types.SimpleNamespace:
    return types.SimpleNamespace(**{**vars(windows), **changes})


def test_without_a_leak_nothing_is_caught(known: Known) -> None:
    assert _judged(known).passed


def test_the_game_itself_in_a_players_window_is_caught(known: Known, monkeypatch: Patch) -> None:
    monkeypatch.setattr(entities, "windows", _proxy(place=_with_the_day(windows.place)))
    verdict = _judged(known)
    assert not verdict.passed, verdict


def test_an_opponents_window_that_includes_the_day_is_caught(known: Known, monkeypatch: Patch) -> None:
    monkeypatch.setattr(team_windows, "windows", _proxy(place=_with_the_day(windows.place)))
    verdict = _judged(known)
    assert not verdict.passed
    assert "opponent" in verdict.reason or "pace" in verdict.reason


def test_the_last_snapshot_after_tip_off_is_caught(known: Known, monkeypatch: Patch) -> None:
    monkeypatch.setattr(line_rules, "USABLE", ("pre_tip", "untimed", "in_game"))
    verdict = _judged(known)
    assert not verdict.passed
    assert "vegas" in verdict.reason


def test_a_season_average_over_the_whole_season_is_caught(known: Known, monkeypatch: Patch) -> None:
    clean = history._season_sums

    def leaky(found: Inputs) -> Lazy:
        whole = found.played.group_by("player_id", "season").agg(
            games=nw.col("game_id").count(), scored=nw.col("points").sum()
        )
        rows = found.rows.select("game_id", "player_id", "season").join(whole, on=["player_id", "season"], how="left")
        names = rows.select("game_id", "player_id", "games", "scored")
        return (
            clean(found)
            .join(names, on=["game_id", "player_id"], how="left")
            .with_columns(games_season=nw.col("games"), points_season=nw.col("scored"))
            .drop("games", "scored")
        )

    monkeypatch.setattr(history, "_season_sums", leaky)
    verdict = _judged(known)
    assert not verdict.passed
    assert "points_avg_season" in verdict.reason


def test_the_roster_after_the_game_is_caught(known: Known, monkeypatch: Patch) -> None:
    def leaky(slate: Lazy, team_history: Lazy, played: Lazy, lines: Lazy, engine: object, *days: int) -> Lazy:
        found = entities.entities(slate, team_history, played, lines, engine, *days)  # type: ignore[arg-type]
        appeared = played.select("game_id", "player_id").unique()
        return found.join(appeared, on=["game_id", "player_id"], how="semi")

    monkeypatch.setattr(inputs, "entities", leaky)
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


def test_form_that_has_seen_the_game_is_caught_by_its_correlation() -> None:
    assert correlation(_rows(10)).passed
    verdict = correlation(_rows(2))
    assert not verdict.passed
    assert verdict.observed is not None
    assert verdict.observed >= verdict.threshold


def test_a_model_better_than_one_that_knows_minutes_is_caught() -> None:
    assert oracle_error(_rows(10)).passed
    assert not oracle_error(_rows(1)).passed
