"""Stage `lines`: lines and injury reports resolved to players and games; names that were refused are counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from courtside.analytics.injuries import SOURCE, mentions, placed_reports
from courtside.analytics.lines import placed_lines
from courtside.analytics.tables import GAMES, INJURY_REPORTS, PLAYER_GAMES, PLAYER_LINES, UNRESOLVED_NAMES
from courtside.league.resolver import MENTION_COLUMNS, Resolution, resolve, stints_of
from courtside.pipeline.context import Context, Record, span
from courtside.pipeline.inputs import combined, content_hashes, history_hashes, slate_hashes
from courtside.pipeline.ledger import Outcome, Outcomes
from courtside.raw.tables import RAW_INJURIES, RAW_LINES, RAW_PLAYER_BOX
from courtside.warehouse.base import Change

NOT_SEEN = "not_yet_appeared"
NO_GAME = "no_game"


@dataclass(frozen=True)
class LinesStage:
    """Lines of resolved players."""

    name: str = "lines"

    def inputs(self, context: Context, dates: Sequence[dt.date]) -> dict[dt.date, str]:
        """Hash the raw lines and the slate of each date, its box scores and those before it."""
        asked = [(table, context.raw(table)) for table in (RAW_LINES, RAW_INJURIES)]
        raw, reports = (
            {day: f"{content.rows} {content.content_hash}" for day, content in contents.items()}
            for contents in context.warehouse.contents_of(asked)
        )
        analytics = context.ledger.cells("analytics")
        history, own = history_hashes(analytics, dates, is_whole=True), content_hashes(analytics, dates)
        return combined(dates, raw, reports, slate_hashes(context, dates), history, own)

    def work(self, context: Context, dates: Sequence[dt.date], record: Record) -> Outcomes:
        """Resolve and place the lines of `dates`."""
        first, last = span(dates)
        quotes, reports = (
            context.raw(table).filter((nw.col("game_date") >= first) & (nw.col("game_date") <= last))
            for table in (RAW_LINES, RAW_INJURIES)
        )
        named = context.raw(RAW_PLAYER_BOX).select("player_id", "player_name").unique()
        raw, reported, people = context.warehouse.collect_all([quotes, reports, named])
        asked = pl.col("game_date").is_in(pl.Series(dates).implode())
        raw, reported = raw.filter(asked), reported.filter(asked)
        games = context.warehouse.collect(context.warehouse.scan(GAMES, start=first, end=last))
        known, unknown = _resolved(context, pl.concat([raw.select(MENTION_COLUMNS), mentions(reported)]), people, games)
        lines, refused = _placed(raw, known, unknown, games)
        injuries = placed_reports(reported, known.filter(pl.col("source") == SOURCE), games)
        outcomes = _outcomes(dates, raw, games, refused)
        changes = [Change(PLAYER_LINES, lines), Change(UNRESOLVED_NAMES, refused), Change(INJURY_REPORTS, injuries)]
        context.warehouse.replace_dates(changes, dates, record(outcomes))
        return outcomes


def _resolved(
    context: Context, asked: pl.DataFrame, people: pl.DataFrame, games: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    warehouse = context.warehouse
    appearances = warehouse.collect(warehouse.scan(PLAYER_GAMES).select("player_id", "team_id", "game_day", "game_id"))
    slate = games.filter(pl.col("is_counted") & (pl.col("status") != "postponed"))
    played = appearances.join(slate, on="game_id", how="semi")
    return _as_known_before(resolve(asked.unique(), people, stints_of(appearances), slate, played=played), appearances)


def _placed(
    raw: pl.DataFrame, known: pl.DataFrame, refused: pl.DataFrame, games: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    matched = raw.join(known, on=list(MENTION_COLUMNS), how="inner", nulls_equal=True)
    held = raw.join(refused, on=list(MENTION_COLUMNS), how="inner", nulls_equal=True)
    return placed_lines(matched, games), _counted(held)


def _as_known_before(resolution: Resolution, appearances: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Hold back resolutions that rest on a first box score of the day itself or later, and those without a game."""
    seen = appearances.group_by("player_id").agg(first_day=pl.col("game_day").min())
    resolved = resolution.resolved.join(seen, on="player_id", how="left").with_columns(
        reason=pl.when(pl.col("first_day").is_null() | (pl.col("first_day") >= _day_number()))
        .then(pl.lit(NOT_SEEN))
        .when(pl.col("game_id").is_null())
        .then(pl.lit(NO_GAME))
    )
    held = resolved.filter(pl.col("reason").is_not_null()).select(
        *MENTION_COLUMNS, "reason", suggestions=pl.lit(None, pl.String)
    )
    refused = pl.concat([resolution.unresolved.select(*MENTION_COLUMNS, "reason", "suggestions"), held])
    return resolved.filter(pl.col("reason").is_null()).drop("reason", "first_day"), refused


def _day_number() -> pl.Expr:
    return pl.col("game_date").cast(pl.Int32).cast(pl.Int64)


def _counted(held: pl.DataFrame) -> pl.DataFrame:
    return UNRESOLVED_NAMES.conform(
        held.group_by("game_date", "source", "player_name", "reason")
        .agg(suggestions=pl.col("suggestions").min(), rows=pl.len())
        .sort("game_date", "source", "player_name", "reason")
    )


def _outcomes(
    dates: Sequence[dt.date], raw: pl.DataFrame, games: pl.DataFrame, refused: pl.DataFrame
) -> dict[dt.date, Outcome]:
    rows = dict(raw.group_by("game_date").len().rows())
    held = dict(refused.group_by("game_date").agg(pl.col("rows").sum()).rows())
    playing = set(games.filter(pl.col("is_counted"))["game_date"])
    outcomes = {}
    for day in dates:
        if rows.get(day):
            why = f"{held[day]} of {rows[day]} lines held: see unresolved_names" if day in held else None
            outcomes[day] = Outcome("complete", why)
        else:
            outcomes[day] = Outcome("empty", "no lines were ingested" if day in playing else "no games scheduled")
    return outcomes
