"""Outcomes of player games with a prediction or a pick, and the outcome of each date's grading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from courtside.outcomes import Outcome

PLAYER_GAME = ("game_id", "player_id")


def player_games_to_grade(predictions: pl.DataFrame, picks: pl.DataFrame) -> pl.DataFrame:
    """Return game_id, player_id and game_date of every player game with a prediction or a pick, once each."""
    return pl.concat([frame.select(*PLAYER_GAME, "game_date") for frame in (predictions, picks)]).unique(
        PLAYER_GAME, keep="first", maintain_order=True
    )


def observed_results(wanted: pl.DataFrame, teams: pl.DataFrame, players: pl.DataFrame) -> pl.DataFrame:
    """Return the outcome of each wanted player game whose box scores are complete for both teams."""
    complete = (
        teams.group_by("game_id", "game_date")
        .agg(is_complete=(pl.col("box_status") == "complete").all())
        .filter("is_complete")
        .drop("is_complete")
    )
    played = players.filter("did_play").select(*PLAYER_GAME, actual_points="points")
    return (
        wanted.select(PLAYER_GAME)
        .join(complete, on="game_id", how="inner")
        .join(played, on=PLAYER_GAME, how="left")
        .with_columns(
            outcome=pl.when(pl.col("actual_points").is_null()).then(pl.lit("did_not_play")).otherwise(pl.lit("played"))
        )
    )


def postponed_results(wanted: pl.DataFrame, teams: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return did_not_play rows for grading, for games that are no longer on the date they were predicted for."""
    return (
        wanted.join(teams.select("game_id", "game_date"), on=["game_id", "game_date"], how="anti")
        .join(stored, on=PLAYER_GAME, how="anti")
        .select(
            *PLAYER_GAME,
            revision=pl.lit(1, pl.Int64),
            game_date="game_date",
            actual_points=pl.lit(None, pl.Int64),
            outcome=pl.lit("did_not_play"),
            graded_at=pl.col("game_date").dt.offset_by("1d").cast(pl.Datetime("us")),
        )
    )


def grading_outcomes(dates: Sequence[dt.date], teams: pl.DataFrame) -> dict[dt.date, Outcome]:
    """Return the outcome of each date: held where a box score is not complete, expected while games are not final."""
    games = (
        teams.filter(pl.col("is_counted"))
        .group_by("game_date")
        .agg(
            games=pl.col("game_id").n_unique(),
            waiting=pl.col("game_id").filter(pl.col("box_status") == "not_final").n_unique(),
            broken=pl.col("game_id").filter(pl.col("box_status").is_in(["missing", "partial"])).n_unique(),
        )
    )
    by_day = {row["game_date"]: row for row in games.to_dicts()}
    return {day: _outcome(by_day.get(day)) for day in dates}


def _outcome(row: dict[str, int] | None) -> Outcome:
    if row is None:
        return Outcome("empty", "no games scheduled")
    if row["broken"]:
        return Outcome("held", f"{row['broken']} of {row['games']} games have no complete box score to grade by")
    if row["waiting"]:
        return Outcome("expected", f"{row['waiting']} of {row['games']} games are not final")
    return Outcome()
