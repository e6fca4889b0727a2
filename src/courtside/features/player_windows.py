"""Sums over each row's recent games: what the player did lately, and which games of it are not known."""

from __future__ import annotations

import narwhals as nw

from courtside.analytics.calendar import season_order
from courtside.features import windows
from courtside.features.charts import CHARTED, TRIES
from courtside.features.engine import Engine
from courtside.features.expressions import summed, where
from courtside.quality.origins import window_origin
from courtside.warehouse.base import Lazy

KEY = ("game_id", "player_id")
LATEST = {"l3": 3, "l5": 5, "l10": 10}
DAYS = {"week": 7, "fortnight": 14}
MOST_GAMES = 14
"""Games that a fortnight can hold: one a day."""

USAGE = ("usage_games", "usage_x100", "usage_minutes", "team_minutes", "team_usage_x100")
BOX = ("throw_games", "throw_points", "ftm", "three_games", "fg3a", "fga")
SUMMED: dict[str, tuple[str, ...]] = {
    "l2": ("points",),
    "l3": ("games", *USAGE),
    "l5": ("games", "points"),
    "l10": ("games", "points", "minutes", *USAGE, *BOX, *CHARTED, *TRIES),
    "week": ("games", "minutes"),
    "fortnight": ("games", "is_back_to_back"),
}


def player_windows(
    rows: Lazy,
    played: Lazy,
    real_played: Lazy,
    team_games: Lazy,
    charted: Lazy,
    shots: Lazy,
    gaps: Lazy,
    warehouse: Engine,
) -> Lazy:
    """Return one row per (game_id, player_id) with sums over the windows l2, l3, l5, l10, week and fortnight.

    Columns: COLUMN_W as `SUMMED` lists them and missing_W (gaps) for each window W but l2; missing_l10_uncovered (those
    gaps that no shot source covers either); last_day (of his newest
    game); games_season, minutes_season, missing_season, games_season_before, minutes_season_before.
    The windows week and fortnight and last_day follow `real_played`, the others `played`: a Cup final tires a player
    and enters no other window. `gaps` holds the gaps of both, told apart by gap_is_counted.
    `usage_games`, `throw_games` and `three_games` count the games whose box score tells what the sums beside them need.
    """
    games = warehouse.materialise(_games(played, team_games, charted, shots))
    lines = windows.last(rows, games, max(LATEST.values()), "player_id", warehouse)
    sums = warehouse.materialise(_sums(lines))
    missing = [f"missing_{label}" for label in (*LATEST, "l10_uncovered", *DAYS, "season")]
    counted = [f"{name}_{label}" for label, names in SUMMED.items() for name in names]
    return (
        _season_sums(rows, played, warehouse)
        .join(sums, on=list(KEY), how="left")
        .join(_load(rows, real_played, warehouse), on=list(KEY), how="left")
        .join(_gap_counts(gaps, charted, sums), on=list(KEY), how="left")
        .select(
            *KEY,
            "last_day",
            *(nw.col(name).fill_null(0) for name in (*SEASON, *counted, *missing)),
        )
    )


def origin_of(window: str, needs: int, known: str = "games") -> nw.Expr:
    """Return the origin of a value over `window`; a game of which `known` is not told counts as missing."""
    used, missing = nw.col(f"{known}_{window}"), nw.col(f"missing_{window}")
    untold = nw.col(f"games_{window}") - used
    return window_origin(used, missing if known == "games" else missing + untold, needs)


def _games(played: Lazy, team_games: Lazy, charted: Lazy, shots: Lazy) -> Lazy:
    """Return numbered player games with the integers that windows sum, 0 where they are not told."""
    team = team_games.select("game_id", "team_id", team_told=nw.col("minutes"), team_usage_told=nw.col("usage_x100"))
    own = shots.select(*KEY, *(nw.col(name).alias(f"{name}_told") for name in TRIES))
    told = (
        windows.back_to_backs(played, "player_id")
        .with_columns(usage_told=100 * nw.col("fga") + 44 * nw.col("fta") + 100 * nw.col("tov"))
        .join(team, on=["game_id", "team_id"], how="left")
        .join(charted.select("game_id", "team_id", *CHARTED), on=["game_id", "team_id"], how="left")
        .join(own, on=list(KEY), how="left")
    )
    has_usage = ~(nw.col("usage_told").is_null() | nw.col("team_told").is_null() | nw.col("team_usage_told").is_null())
    has_threes = ~(nw.col("fga").is_null() | nw.col("fg3a").is_null())
    has_throws = ~nw.col("ftm").is_null()
    return told.select(
        *("player_id", "game_id", "game_day", "nth", "points", "minutes", "is_back_to_back"),
        games=nw.lit(1),
        usage_games=where(has_usage, nw.lit(1)),
        usage_x100=where(has_usage, nw.col("usage_told")),
        usage_minutes=where(has_usage, nw.col("minutes")),
        team_minutes=where(has_usage, nw.col("team_told")),
        team_usage_x100=where(has_usage, nw.col("team_usage_told")),
        throw_games=where(has_throws, nw.lit(1)),
        throw_points=where(has_throws, nw.col("points")),
        ftm=where(has_throws, nw.col("ftm")),
        three_games=where(has_threes, nw.lit(1)),
        fg3a=where(has_threes, nw.col("fg3a")),
        fga=where(has_threes, nw.col("fga")),
        **{name: nw.col(name).fill_null(0) for name in CHARTED},
        **{name: where((nw.col("charted") == 1), nw.col(f"{name}_told")).fill_null(0) for name in TRIES},
    )


def _sums(lines: Lazy) -> Lazy:
    recency = nw.col("recency")
    inside = {"l2": recency <= 2} | {label: recency <= n for label, n in LATEST.items()}
    sums = [f"{name}_{label}" for label in inside for name in SUMMED[label]]
    first_days = {f"first_day_{label}": nw.when(inside[label]).then(nw.col("event_day")) for label in LATEST}
    return (
        lines.select(
            *KEY,
            "row_day",
            *(expr for label, within in inside.items() for expr in summed(label, SUMMED[label], within)),
            **first_days,
        )
        .group_by(*KEY, "row_day")
        .agg(*(nw.col(name).sum() for name in sums), *(nw.col(name).min() for name in first_days))
    )


def _load(rows: Lazy, real_played: Lazy, warehouse: Engine) -> Lazy:
    """Return the sums over the last days before each row, and the day of the player's newest game."""
    games = windows.back_to_backs(real_played, "player_id").select(
        "player_id", "game_id", "game_day", "nth", "minutes", "is_back_to_back", games=nw.lit(1)
    )
    games = warehouse.materialise(games)
    placed = warehouse.materialise(windows.place(rows.select(*KEY, "game_day"), games, "player_id"))
    lines = windows.last(placed, games, MOST_GAMES, "player_id", warehouse)
    age = nw.col("row_day") - nw.col("event_day")
    sums = [f"{name}_{label}" for label in DAYS for name in SUMMED[label]]
    inside = (expr for label, days in DAYS.items() for expr in summed(label, SUMMED[label], age <= days))
    totals = lines.select(*KEY, *inside).group_by(*KEY).agg(nw.col(name).sum() for name in sums)
    newest = windows.state(placed, games.select("player_id", "nth", "game_day"), "player_id")
    return newest.select(*KEY, last_day=nw.col("before_game_day")).join(totals, on=list(KEY), how="left")


SEASON = ("games_season", "minutes_season", "games_season_before", "minutes_season_before")


def _season_sums(rows: Lazy, played: Lazy, warehouse: Engine) -> Lazy:
    """Return `SEASON`: games and minutes of this season before the row, and of the season before."""
    before = windows.state(
        rows.select(*KEY, "season", "games_before"),
        played.select("player_id", "nth", "season", "total_games", "total_minutes"),
        "player_id",
    )
    is_same = nw.col("before_season") == nw.col("season")
    whole = (
        played.select("player_id", "game_id", "minutes", season_before=nw.col("season"))
        .group_by("player_id", "season_before")
        .agg(games_season_before=nw.col("game_id").count(), minutes_season_before=nw.col("minutes").sum())
    )
    return (
        before.join(warehouse.lazy(season_order()), on="season", how="left")
        .join(whole, on=["player_id", "season_before"], how="left")
        .select(
            *KEY,
            "games_season_before",
            "minutes_season_before",
            games_season=where(is_same, nw.col("before_total_games")),
            minutes_season=where(is_same, nw.col("before_total_minutes")),
        )
    )


def _gap_counts(gaps: Lazy, charted: Lazy, sums: Lazy) -> Lazy:
    """Count the gaps within each window; one that is not full reaches back to the horizon.

    A game that no window counts is a gap of the windows of days only.
    """
    day = nw.col("gap_day")
    is_full = {label: nw.col(f"games_{label}") >= n for label, n in LATEST.items()}
    inside = {label: (day >= nw.col(f"first_day_{label}")) | ~full.fill_null(False) for label, full in is_full.items()}
    inside["season"] = nw.col("gap_season") == nw.col("season")
    inside["l10_uncovered"] = inside["l10"] & (nw.col("uncovered") == 1)
    inside = {label: expr & nw.col("gap_is_counted") for label, expr in inside.items()}
    inside |= {label: day >= nw.col("game_day") - days for label, days in DAYS.items()}
    bounds = sums.select(*KEY, *(f"{kind}_{label}" for label in LATEST for kind in ("games", "first_day")))
    uncovered = charted.select("uncovered", gap_game_id=nw.col("game_id")).unique()
    return (
        gaps.join(bounds, on=list(KEY), how="left")
        .join(uncovered, on="gap_game_id", how="left")
        .select(*KEY, **{f"missing_{label}": where(expr, nw.lit(1)) for label, expr in inside.items()})
        .group_by(*KEY)
        .agg(nw.col(f"missing_{label}").sum() for label in inside)
    )
