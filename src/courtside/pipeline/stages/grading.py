"""Stage `grading`: what happened, beside what was predicted and published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from courtside.analytics.tables import PLAYER_GAMES, TEAM_GAMES
from courtside.picks.grading import grade_picks, grade_predictions, revise_outcomes
from courtside.picks.ledger import counted
from courtside.picks.tables import (
    GRADED_PICKS,
    GRADED_PREDICTIONS,
    OUTCOMES,
    PUBLICATIONS,
    PUBLISHED_PICKS,
)
from courtside.pipeline.context import Context, Record, span
from courtside.pipeline.inputs import combined, content_hashes, lookback_start
from courtside.pipeline.ledger import Outcome, Outcomes
from courtside.predictions.tables import PREDICTIONS
from courtside.warehouse.base import Change, Upsert
from courtside.warehouse.schema import Table

PLAYER_GAME = ("game_id", "player_id")


@dataclass(frozen=True)
class GradingStage:
    """Outcomes, graded predictions and graded picks."""

    name: str = "grading"

    def inputs(self, context: Context, dates: Sequence[dt.date]) -> dict[dt.date, str]:
        """Hash the box scores, the predictions and the picks of each date."""
        parts = [content_hashes(context.ledger.cells(stage), dates) for stage in ("analytics", "predictions", "picks")]
        return combined(dates, *parts)

    def work(self, context: Context, dates: Sequence[dt.date], record: Record) -> Outcomes:
        """Note the outcomes of final games and grade by them."""
        warehouse = context.warehouse
        first, last = span(dates)
        days = pl.Series(dates).implode()

        def read(table: Table) -> pl.DataFrame:
            frame = warehouse.collect(warehouse.scan(table, start=first, end=last))
            return frame.filter(pl.col("game_date").is_in(days))

        predictions, teams = read(PREDICTIONS), read(TEAM_GAMES)
        picks = counted(read(PUBLICATIONS), read(PUBLISHED_PICKS))
        wanted = pl.concat([frame.select(*PLAYER_GAME, "game_date") for frame in (predictions, picks)]).unique(
            PLAYER_GAME, keep="first", maintain_order=True
        )
        stored = warehouse.collect(warehouse.scan(OUTCOMES, start=lookback_start(first)))
        revisions = revise_outcomes(stored, _observed(wanted, teams, read(PLAYER_GAMES)), context.clock.now())
        outcomes = pl.concat([stored, revisions, _put_off(wanted, teams, stored)])
        results = _outcomes(dates, teams)
        warehouse.replace_dates(
            [
                Change(GRADED_PREDICTIONS, grade_predictions(predictions, outcomes)),
                Change(GRADED_PICKS, grade_picks(picks, outcomes)),
            ],
            dates,
            record(results),
            append=[Upsert(OUTCOMES, revisions)] if revisions.height else (),
        )
        return results


def _observed(wanted: pl.DataFrame, teams: pl.DataFrame, players: pl.DataFrame) -> pl.DataFrame:
    """Return what became of each wanted player game whose box scores are complete on both sides."""
    whole = (
        teams.group_by("game_id", "game_date")
        .agg(is_whole=(pl.col("box_status") == "complete").all())
        .filter("is_whole")
        .drop("is_whole")
    )
    played = players.filter("did_play").select(*PLAYER_GAME, actual_points="points")
    return (
        wanted.select(PLAYER_GAME)
        .join(whole, on="game_id", how="inner")
        .join(played, on=PLAYER_GAME, how="left")
        .with_columns(
            outcome=pl.when(pl.col("actual_points").is_null()).then(pl.lit("did_not_play")).otherwise(pl.lit("played"))
        )
    )


def _put_off(wanted: pl.DataFrame, teams: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return did-not-play rows, for grading only, of games no longer on the date they were predicted for."""
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


def _outcomes(dates: Sequence[dt.date], teams: pl.DataFrame) -> dict[dt.date, Outcome]:
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
