"""Stage `analytics`: games, team games and player games of a date, reconciled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from courtside.analytics.box_scores import player_games, team_games
from courtside.analytics.calendar import calendar, season_codes
from courtside.analytics.games import games
from courtside.analytics.shots import player_shots
from courtside.analytics.tables import GAMES, PLAYER_GAMES, PLAYER_SHOTS, TEAM_GAMES
from courtside.league.teams import team_spelled
from courtside.pipeline.context import Context, Record, span
from courtside.pipeline.inputs import combined
from courtside.pipeline.ledger import Outcome, Outcomes
from courtside.raw.current import current
from courtside.raw.tables import RAW_LINES, RAW_PLAYER_BOX, RAW_SCHEDULE, RAW_SHOTS, RAW_TEAM_BOX
from courtside.warehouse.base import Change, Contents, Lazy, Upsert

SHOWN_GAMES = 4
READ = (RAW_SCHEDULE, RAW_TEAM_BOX, RAW_PLAYER_BOX)


@dataclass(frozen=True)
class AnalyticsStage:
    """Games, team games, player games and their shots."""

    name: str = "analytics"

    def inputs(self, context: Context, dates: Sequence[dt.date]) -> dict[dt.date, str]:
        """Hash the raw schedule, box scores, shots and quoted tip-offs of each date."""
        frames = [(table, context.raw(table)) for table in READ]
        parts = [
            {day: f"{content.rows} {content.content_hash}" for day, content in found.items()}
            for found in context.warehouse.contents_of([*frames, (RAW_SHOTS, _known_shots(context))])
        ]
        tips = quoted_tips(context).sort("game_date", "home_team_id", "away_team_id")
        by_day = {day: repr(rows.rows()) for (day,), rows in tips.group_by("game_date", maintain_order=True)}
        return combined(dates, *parts, by_day)

    def work(self, context: Context, dates: Sequence[dt.date], record: Record) -> Outcomes:
        """Rebuild the four tables for `dates`."""
        warehouse = context.warehouse
        schedule, team_box, player_box = (warehouse.materialise(context.raw(table)) for table in READ)
        found = warehouse.materialise(
            games(
                schedule,
                warehouse.lazy(quoted_tips(context)),
                warehouse.lazy(calendar()),
                warehouse.lazy(season_codes()),
            )
        )
        chosen = _on(found, dates)
        teams = warehouse.materialise(team_games(chosen, team_box, player_box, schedule))
        players = warehouse.materialise(player_games(teams, player_box))
        shots = player_shots(_current_shots(context, chosen), teams)
        outcomes: dict[dt.date, Outcome] = {}

        def recorded(contents: Contents) -> Sequence[Upsert]:
            first, last = span(dates)
            outcomes.update(_outcomes(warehouse.collect(warehouse.scan(TEAM_GAMES, start=first, end=last)), dates))
            return record(outcomes)(contents)

        changes = [
            Change(GAMES, chosen),
            Change(TEAM_GAMES, teams),
            Change(PLAYER_GAMES, players),
            Change(PLAYER_SHOTS, shots),
        ]
        warehouse.replace_dates(changes, dates, recorded)
        return outcomes


def _known_shots(context: Context) -> Lazy:
    """Return every version of every shot known at the run's time."""
    rows = context.warehouse.scan(RAW_SHOTS)
    return rows if context.as_of is None else rows.filter(nw.col("known_at") <= context.as_of)


def _current_shots(context: Context, chosen: Lazy) -> Lazy:
    """Return the current shots of the chosen games; a season holds too many to read them all."""
    rows = _known_shots(context).join(chosen.select("game_id"), on="game_id", how="inner")
    return context.warehouse.materialise(current(rows, RAW_SHOTS))


def quoted_tips(context: Context) -> pl.DataFrame:
    """Return game_date, home_team_id, away_team_id and quoted_tip_at as the newest sportsbook payload has it."""
    quotes = context.warehouse.collect(
        context.raw(RAW_LINES)
        .filter(~nw.col("commence_at").is_null() & ~nw.col("home_team").is_null())
        .select("game_date", "home_team", "away_team", "commence_at", "known_at")
        .unique()
    )
    names = set(quotes["home_team"]) | set(quotes["away_team"])
    ids = {name: team.team_id for name in names if (team := team_spelled(name))}
    return (
        quotes.filter(pl.col("home_team").is_in(list(ids)) & pl.col("away_team").is_in(list(ids)))
        .sort("known_at", "commence_at")
        .select(
            "game_date",
            home_team_id=pl.col("home_team").replace_strict(ids, return_dtype=pl.Int64),
            away_team_id=pl.col("away_team").replace_strict(ids, return_dtype=pl.Int64),
            quoted_tip_at="commence_at",
        )
        .unique(["game_date", "home_team_id", "away_team_id"], keep="last", maintain_order=True)
    )


def _on(found: Lazy, dates: Sequence[dt.date]) -> Lazy:
    first, last = span(dates)
    kept = found.filter((nw.col("game_date") >= first) & (nw.col("game_date") <= last))
    return kept if len(dates) == (last - first).days + 1 else kept.filter(nw.col("game_date").is_in(dates))


def _outcomes(teams: pl.DataFrame, dates: Sequence[dt.date]) -> dict[dt.date, Outcome]:
    counted = teams.filter(pl.col("is_counted"))
    by_day = {day: rows for (day,), rows in counted.group_by("game_date")}
    played = set(teams["game_date"])
    return {day: _outcome(by_day.get(day), day in played) for day in dates}


def _outcome(rows: pl.DataFrame | None, has_games: bool) -> Outcome:
    if rows is None:
        why = "only games that no window counts" if has_games else "no games scheduled"
        return Outcome("empty", why)
    broken = rows.filter(pl.col("box_status").is_in(["missing", "partial"])).sort("game_id", "team_id")
    if broken.height:
        shown = [
            f"{game} {status}"
            for game, status in broken.select("game_id", "box_status").unique(maintain_order=True).rows()
        ]
        more = f" and {len(shown) - SHOWN_GAMES} more" if len(shown) > SHOWN_GAMES else ""
        return Outcome("held", f"box scores do not reconcile: {', '.join(shown[:SHOWN_GAMES])}{more}")
    waiting = rows.filter(pl.col("box_status") == "not_final")["game_id"].n_unique()
    return Outcome("expected", f"{waiting} games are not final") if waiting else Outcome()
