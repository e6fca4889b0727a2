"""Games: one row per game, reconciled from the rows of all providers."""

from __future__ import annotations

import narwhals as nw

from courtside.analytics.tables import GAMES
from courtside.clock import COUNTED_TYPES, TYPE_OF_PREFIX
from courtside.warehouse.base import Lazy

CARRIED = ("game_date", "home_team_id", "away_team_id", "tip_at", "status", "is_neutral")


def games(schedule: Lazy, quoted_tips: Lazy, calendar: Lazy, season_codes: Lazy) -> Lazy:
    """Return one row per game with the columns of `GAMES`.

    The date of the box score takes precedence over the schedule's date, and the schedule's tip-off over the
    sportsbooks'. A game is final as soon as one provider reports it as final.

    Args:
        schedule: current raw schedule rows, one per (provider, game_id).
        quoted_tips: game_date, home_team_id, away_team_id, quoted_tip_at: tip-offs from sportsbooks.
        calendar: game_date, game_day.
        season_codes: season_code, season.
    """
    both = (
        schedule.select("game_id")
        .unique()
        .join(_provider(schedule, "game_log"), on="game_id", how="left")
        .join(_provider(schedule, "cdn"), on="game_id", how="left")
    )
    merged = both.select(
        "game_id",
        game_date=nw.coalesce("game_log_game_date", "cdn_game_date"),
        home_team_id=nw.coalesce("cdn_home_team_id", "game_log_home_team_id"),
        away_team_id=nw.coalesce("cdn_away_team_id", "game_log_away_team_id"),
        scheduled_tip_at=nw.coalesce("cdn_tip_at", "game_log_tip_at"),
        status=_status(),
        is_neutral=nw.coalesce("cdn_is_neutral", "game_log_is_neutral", nw.lit(False)),
    )
    return (
        merged.join(quoted_tips, on=["game_date", "home_team_id", "away_team_id"], how="left")
        .join(calendar, on="game_date", how="left")
        .with_columns(
            tip_at=nw.coalesce("scheduled_tip_at", "quoted_tip_at"),
            season_code=nw.col("game_id").str.slice(3, 2),
            game_type=_game_type(),
        )
        .join(season_codes, on="season_code", how="left")
        .with_columns(is_counted=nw.col("game_type").is_in([str(kind) for kind in COUNTED_TYPES]))
        .select(*GAMES.column_names)
    )


def _provider(schedule: Lazy, provider: str) -> Lazy:
    return schedule.filter(nw.col("provider") == provider).select(
        "game_id", *(nw.col(name).alias(f"{provider}_{name}") for name in CARRIED)
    )


def _status() -> nw.Expr:
    is_final = (nw.col("game_log_status") == "final").fill_null(False) | (nw.col("cdn_status") == "final").fill_null(
        False
    )
    return nw.when(is_final).then(nw.lit("final")).otherwise(nw.coalesce("cdn_status", "game_log_status"))


def _game_type() -> nw.Expr:
    prefix = nw.col("game_id").str.slice(0, 3)
    return nw.coalesce(*(nw.when(prefix == code).then(nw.lit(str(kind))) for code, kind in TYPE_OF_PREFIX.items()))
