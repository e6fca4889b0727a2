"""The queries of the spot checks about coverage: lines, starters, games, dates and months."""

from __future__ import annotations

import narwhals as nw

from courtside.audit.checks.base import Catalogue, count, ratio, share
from courtside.audit.checks.rows import (
    PLAYER_GAME,
    ROTATION_POINTS,
    STARTER_POINTS,
    final_team_games,
    prepared_dates,
    rows_a_date,
    usable_lines,
)
from courtside.warehouse.base import Lazy

TEAM_GAME = ["game_id", "team_id"]


def lines_of_rotation_players(catalogue: Catalogue) -> Lazy:
    """Measure the share of rotation players' rows with a pre-tip line, on the dates that have lines."""
    lines = catalogue.window("player_lines")
    dates = lines.select("game_date").unique()
    rows = (
        catalogue.window("player_features")
        .filter(nw.col("points_avg_season") >= ROTATION_POINTS)
        .join(dates, on="game_date", how="inner")
        .join(usable_lines(lines), on=PLAYER_GAME, how="left")
    )
    return share(rows, nw.col("is_quoted"))


def starters_ready(catalogue: Catalogue) -> Lazy:
    """Measure the share of starters' rows that are quality-ready."""
    rows = catalogue.window("player_features").filter(nw.col("points_avg_season") >= STARTER_POINTS)
    return share(rows, nw.col("is_quality_ready"))


def rotation_ready(catalogue: Catalogue) -> Lazy:
    """Measure the share of rotation players' rows that are quality-ready."""
    average = nw.col("points_avg_season")
    rows = catalogue.window("player_features").filter((average >= ROTATION_POINTS) & (average < STARTER_POINTS))
    return share(rows, nw.col("is_quality_ready"))


def line_bias(catalogue: Catalogue) -> Lazy:
    """Measure the mean of points less line, in points."""
    graded = (
        catalogue.window("graded_predictions")
        .filter(~nw.col("actual").is_null() & ~nw.col("line").is_null())
        .select(*PLAYER_GAME, "line", "actual")
        .unique()
    )
    return graded.select((nw.col("actual") - nw.col("line")).mean().alias("observed"), nw.len().alias("n"))


def games_with_rows(catalogue: Catalogue) -> Lazy:
    """Measure the share of final team games with feature rows, on dates for which rows were computed."""
    return share(_marked_games(catalogue), nw.col("has_rows"))


def worst_month_of_games(catalogue: Catalogue) -> Lazy:
    """Measure the lowest monthly share of final team games with feature rows."""
    months = (
        _marked_games(catalogue)
        .with_columns(month=nw.col("game_date").dt.month(), year=nw.col("game_date").dt.year())
        .group_by("year", "month")
        .agg(games=nw.len(), covered=count(nw.col("has_rows").fill_null(False)))
        .with_columns(pct=ratio(100.0 * nw.col("covered"), nw.col("games")))
    )
    return months.select(nw.col("pct").min().alias("observed"), nw.col("games").sum().alias("n"))


def played_with_row(catalogue: Catalogue) -> Lazy:
    """Measure the share of players who played that have a feature row, on dates for which rows were computed."""
    played = (
        catalogue.window("player_games")
        .filter(nw.col("did_play") & nw.col("is_counted"))
        .select(*PLAYER_GAME, "game_date")
        .join(prepared_dates(catalogue), on="game_date", how="inner")
    )
    rows = catalogue.window("player_features").select(*PLAYER_GAME, has_row=nw.lit(True))
    return share(played.join(rows, on=PLAYER_GAME, how="left"), nw.col("has_row"))


def thin_dates(catalogue: Catalogue) -> Lazy:
    """Count the dates of five games or more with fewer than 50 rows."""
    dates = rows_a_date(catalogue).filter(nw.col("games") >= 5)
    is_thin = nw.col("rows") < 50
    return dates.select(
        count(is_thin).alias("observed"),
        nw.len().alias("n"),
        nw.when(is_thin).then(nw.col("game_date")).min().cast(nw.String).alias("detail"),
    )


def largest_jump(catalogue: Catalogue) -> Lazy:
    """Measure the largest difference between a date's rows and its games times the window's mean of rows per game."""
    dates = rows_a_date(catalogue)
    totals = dates.select(nw.col("rows").sum().alias("all_rows"), nw.col("games").sum().alias("all_games"))
    jumps = dates.join(totals, how="cross").with_columns(
        jump=(nw.col("rows") - nw.col("games") * ratio(nw.col("all_rows"), nw.col("all_games"))).abs()
    )
    return jumps.select(nw.col("jump").max().alias("observed"), nw.len().alias("n"))


def _marked_games(catalogue: Catalogue) -> Lazy:
    rows = catalogue.window("player_features").select(*TEAM_GAME).unique().with_columns(has_rows=nw.lit(True))
    return (
        final_team_games(catalogue)
        .select(*TEAM_GAME, "game_date")
        .join(prepared_dates(catalogue), on="game_date", how="inner")
        .join(rows, on=TEAM_GAME, how="left")
    )
