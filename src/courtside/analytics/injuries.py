"""Injury reports: assigned to games and players, with one relation for the last report before tip-off."""

from __future__ import annotations

import polars as pl

from courtside.analytics.lines import last_moment_before
from courtside.analytics.tables import INJURY_REPORTS
from courtside.league.resolver import MENTION_COLUMNS

SOURCE = "injury_report"
OUT = "Out"


def mentions(raw: pl.DataFrame) -> pl.DataFrame:
    """Return the players named in raw reports, with `MENTION_COLUMNS`; the matchup gives the teams."""
    sides = pl.col("matchup").str.split_exact("@", 1)
    return (
        raw.filter(pl.col("state") == "listed")
        .select(
            source=pl.lit(SOURCE),
            game_date=pl.col("game_date"),
            player_name=pl.col("player_name"),
            home_team=sides.struct.field("field_1"),
            away_team=sides.struct.field("field_0"),
            opponent=pl.lit(None, pl.String),
        )
        .select(MENTION_COLUMNS)
    )


def placed_reports(raw: pl.DataFrame, resolved: pl.DataFrame, games: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `INJURY_REPORTS`.

    Args:
        raw: `RAW_INJURIES` columns, one version of each natural key.
        resolved: game_date, player_name, team_id and player_id of the resolved names.
        games: game_id, game_date, home_team_id, away_team_id and tip_at of their games.
    """
    sides = pl.concat(
        games.select("game_id", "game_date", "tip_at", team_id=pl.col(f"{side}_team_id")) for side in ("home", "away")
    )
    people = resolved.select("game_date", "player_name", "team_id", "player_id").unique()
    return INJURY_REPORTS.conform(
        raw.drop("tip_at")
        .join(sides, on=["game_date", "team_id"], how="inner")
        .join(people, on=["game_date", "player_name", "team_id"], how="left")
        .with_columns(is_before_tip=pl.col("report_at") < last_moment_before())
        .unique(INJURY_REPORTS.key, keep="last", maintain_order=True)
    ).sort(INJURY_REPORTS.key)


def last_reports(reports: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of each team's last report before tip-off."""
    before = reports.filter(pl.col("is_before_tip"))
    newest = before.group_by("game_id", "team_id").agg(pl.col("report_at").max())
    return before.join(newest, on=["game_id", "team_id", "report_at"], how="semi").sort(INJURY_REPORTS.key)
