"""The tables that features are computed from, limited to what was known before the games of a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import narwhals as nw
import polars as pl

from courtside.analytics.injuries import OUT, last_reports
from courtside.analytics.lines import market, pre_tip
from courtside.analytics.tables import INJURY_REPORTS, PLAYER_GAMES
from courtside.features.slate import prepare
from courtside.features.store import player_features
from courtside.warehouse.base import Lazy

RESULTS = (
    "points",
    "opponent_points",
    "minutes",
    "possessions_x100",
    "opponent_possessions_x100",
    "usage_x100",
)

IS_BEFORE_TIP = pl.col("seen_at").is_null() | (
    (pl.col("seen_at") < pl.col("tip_at")) | (pl.col("timing") == "pre_tip")
).fill_null(False)


@dataclass(frozen=True)
class Known:
    """The analytics tables of a span of dates; each frame has the columns of its table object."""

    games: pl.DataFrame
    team_games: pl.DataFrame
    player_games: pl.DataFrame
    player_shots: pl.DataFrame
    player_lines: pl.DataFrame
    injury_reports: pl.DataFrame = field(default_factory=INJURY_REPORTS.empty)

    def before_games_of(self, day: dt.date) -> Known:
        """Return what was known before the games of `day`: earlier rows, its slate and its pre-tip lines."""
        is_earlier = pl.col("game_date") < day
        slate = self.team_games.filter(pl.col("game_date") == day).with_columns(
            *(pl.lit(None, pl.Int64).alias(name) for name in RESULTS),
            pl.lit(0, pl.Int64).alias("players_listed"),
            pl.lit(0, pl.Int64).alias("players_points"),
            pl.lit(0, pl.Int64).alias("players_minutes"),
            is_final=pl.lit(False),
            box_status=pl.lit("not_final"),
        )
        return Known(
            self.games.filter(pl.col("game_date") <= day),
            pl.concat([self.team_games.filter(is_earlier), slate]),
            self.player_games.filter(is_earlier),
            self.player_shots.filter(is_earlier),
            self.player_lines.filter(is_earlier | ((pl.col("game_date") == day) & IS_BEFORE_TIP)),
            self.injury_reports.filter(is_earlier | ((pl.col("game_date") == day) & pl.col("is_before_tip"))),
        )


def player_history(player_games: Lazy, start: dt.date) -> Lazy:
    """Return the player games from `start` on, and each player's newest usable game before `start`.

    The earlier game states the team that the player last played for.
    """
    is_usable = nw.col("is_counted") & nw.col("did_play") & (nw.col("box_status") == "complete")
    earlier = player_games.filter((nw.col("game_date") < start) & is_usable)
    newest = earlier.group_by("player_id").agg(game_day=nw.col("game_day").max())
    last = earlier.join(newest, on=["player_id", "game_day"], how="inner")
    return nw.concat([player_games.filter(nw.col("game_date") >= start), last.select(*PLAYER_GAMES.column_names)])


def slate_of(known: Known, dates: Sequence[dt.date]) -> pl.DataFrame:
    """Return the team games of `dates` that count and are not postponed, whether or not they have been played."""
    on = known.games.filter(pl.col("is_counted") & (pl.col("status") != "postponed"))
    days = pl.Series(dates, dtype=pl.Date).implode()
    return known.team_games.filter(pl.col("game_date").is_in(days)).join(on, on="game_id", how="semi")


def _named(lines: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """Return the players named before tip-off by a line, or by an injury report with a status other than out."""
    columns = ("game_id", "team_id", "player_id")
    may_play = pl.col("player_id").is_not_null() & (pl.col("status") != OUT)
    return pl.concat([pre_tip(lines).select(columns), last_reports(reports).filter(may_play).select(columns)]).unique()


def features_of(known: Known, dates: Sequence[dt.date]) -> pl.DataFrame:
    """Return the rows of `PLAYER_FEATURES` for the slates of `dates`.

    `known` covers at least the season before the first of `dates`; its player games come from `player_history`.
    """
    days = pl.Series(dates, dtype=pl.Date).implode()
    lines = known.player_lines.filter(pl.col("game_date").is_in(days))
    reports = known.injury_reports.filter(pl.col("game_date").is_in(days))
    return player_features(
        prepare(
            slate_of(known, dates),
            known.team_games,
            known.player_games,
            _named(lines, reports),
            known.player_shots,
            market(lines),
            last_reports(reports),
        )
    )
