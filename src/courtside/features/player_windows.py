"""Sums over each row's recent games: what the player did lately, and which games of it are not known."""

from __future__ import annotations

import narwhals as nw

from courtside.analytics.calendar import season_order
from courtside.features import windows
from courtside.quality.origins import window_origin
from courtside.warehouse.base import Lazy, Warehouse

KEY = ("game_id", "player_id")
SUMMED = (
    "points",
    "minutes",
    "is_back_to_back",
    "usage_games",
    "usage_x100",
    "usage_minutes",
    "team_minutes",
    "team_usage_x100",
    "throw_games",
    "throw_points",
    "ftm",
    "three_games",
    "fg3a",
    "fga",
)
LATEST = {"l2": 2, "l3": 3, "l5": 5, "l10": 10}
DAYS = {"week": 7, "fortnight": 14}


def player_windows(rows: Lazy, played: Lazy, team_games: Lazy, gaps: Lazy, warehouse: Warehouse) -> Lazy:
    """Return one row per (game_id, player_id) with sums over the windows l2, l3, l5, l10, week and fortnight.

    Columns: for each window games_W, missing_W (gaps) and COLUMN_W for each of `SUMMED`; last_day (of his newest
    game), games_season, minutes_season, missing_season, games_season_before, minutes_season_before.
    `usage_games`, `throw_games` and `three_games` count the games whose box score tells what the sum beside it needs.
    """
    games = warehouse.materialise(windows.totals(_games(played, team_games), "player_id", SUMMED))
    placed = windows.expired(rows.select(*KEY, "season", "game_day", "games_before"), played, "player_id")
    for label, days in DAYS.items():
        placed = windows.expired(placed, played, "player_id", days, f"games_before_{label}")
    skips = {label: windows.latest(n) for label, n in LATEST.items()}
    skips |= {label: nw.col(f"games_before_{label}") for label in DAYS}
    sums = warehouse.materialise(windows.sums(placed, games, "player_id", SUMMED, skips))
    seasons = _season_sums(rows, played, warehouse)
    missing = [f"missing_{label}" for label in ("l3", "l5", "l10", *DAYS, "season")]
    return (
        sums.join(seasons, on=list(KEY), how="left")
        .join(_gap_counts(gaps, sums), on=list(KEY), how="left")
        .with_columns(nw.col(name).fill_null(0) for name in missing)
        .drop("season", "game_day", "games_before", "games_expired", *(f"games_before_{d}" for d in DAYS))
    )


def origin_of(window: str, needs: int, known: str = "games") -> nw.Expr:
    """Return the origin of a value over `window`; a game of which `known` is not told counts as missing."""
    used = nw.col(f"{known}_{window}")
    untold = nw.col(f"games_{window}") - used
    return window_origin(used, nw.col(f"missing_{window}") + untold, needs)


def _games(played: Lazy, team_games: Lazy) -> Lazy:
    """Return numbered player games with the integers that windows sum, 0 where they are not told."""
    team = team_games.select(
        "game_id", "team_id", team_minutes_told=nw.col("minutes"), team_usage_told=nw.col("usage_x100")
    )
    told = played.join(team, on=["game_id", "team_id"], how="left").with_columns(
        usage_told=100 * nw.col("fga") + 44 * nw.col("fta") + 100 * nw.col("tov"),
        fga_told=nw.col("fga"),
        fg3a_told=nw.col("fg3a"),
        ftm_told=nw.col("ftm"),
    )
    has_usage = ~(
        nw.col("usage_told").is_null()
        | nw.col("team_minutes_told").is_null()
        | nw.col("team_usage_told").is_null()
    )
    has_threes = ~(nw.col("fga_told").is_null() | nw.col("fg3a_told").is_null())
    has_throws = ~nw.col("ftm_told").is_null()
    return windows.back_to_backs(
        told.with_columns(
            usage_games=_where(has_usage, nw.lit(1)),
            usage_x100=_where(has_usage, nw.col("usage_told")),
            usage_minutes=_where(has_usage, nw.col("minutes")),
            team_minutes=_where(has_usage, nw.col("team_minutes_told")),
            team_usage_x100=_where(has_usage, nw.col("team_usage_told")),
            throw_games=_where(has_throws, nw.lit(1)),
            throw_points=_where(has_throws, nw.col("points")),
            ftm=_where(has_throws, nw.col("ftm_told")),
            three_games=_where(has_threes, nw.lit(1)),
            fg3a=_where(has_threes, nw.col("fg3a_told")),
            fga=_where(has_threes, nw.col("fga_told")),
        ),
        "player_id",
    )


def _season_sums(rows: Lazy, played: Lazy, warehouse: Warehouse) -> Lazy:
    """Return this season's games and minutes before the row, those of the season before, and the newest game's day."""
    before = windows.state(
        rows.select(*KEY, "season", "games_before"),
        played.select("player_id", "nth", "season", "game_day", "total_games", "total_minutes"),
        "player_id",
    )
    is_same = nw.col("before_season") == nw.col("season")
    whole = played.group_by("player_id", "season").agg(
        games_season_before=nw.col("game_id").count(), minutes_season_before=nw.col("minutes").sum()
    )
    return (
        before.join(warehouse.lazy(season_order()), on="season", how="left")
        .join(
            whole.with_columns(season_before=nw.col("season")).drop("season"),
            on=["player_id", "season_before"],
            how="left",
        )
        .select(
            *KEY,
            nw.col("games_season_before").fill_null(0),
            nw.col("minutes_season_before").fill_null(0),
            last_day=nw.col("before_game_day"),
            games_season=nw.when(is_same).then(nw.col("before_total_games")).otherwise(nw.lit(0)),
            minutes_season=nw.when(is_same).then(nw.col("before_total_minutes")).otherwise(nw.lit(0)),
        )
    )


def _gap_counts(gaps: Lazy, sums: Lazy) -> Lazy:
    """Count the gaps within each window; one that is not full reaches back to the horizon."""
    lengths = {label: n for label, n in LATEST.items() if label != "l2"}
    bounds = sums.select(
        *KEY,
        *(
            nw.when(nw.col(f"games_{label}") >= n)
            .then(nw.col(f"first_day_{label}"))
            .otherwise(nw.lit(0))
            .alias(f"from_{label}")
            for label, n in lengths.items()
        ),
        *((nw.col("game_day") - days).alias(f"from_{label}") for label, days in DAYS.items()),
    )
    labels = (*lengths, *DAYS)
    return (
        gaps.join(bounds, on=list(KEY), how="inner")
        .with_columns(
            *(
                _where(nw.col("gap_day") >= nw.col(f"from_{label}"), nw.lit(1)).alias(f"in_{label}")
                for label in labels
            ),
            in_season=_where(nw.col("gap_season") == nw.col("season"), nw.lit(1)),
        )
        .group_by(*KEY)
        .agg(nw.col(f"in_{label}").sum().alias(f"missing_{label}") for label in (*labels, "season"))
    )


def _where(condition: nw.Expr, value: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(value).otherwise(nw.lit(0))
