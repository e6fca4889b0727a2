"""Inputs of models beside the registered features: form at several horizons, and who of the team played lately.

Everything is known before the date: games are reached through `features.windows` only, and none of it is a line.
"""

from __future__ import annotations

import narwhals as nw
import polars as pl

from courtside.features import windows
from courtside.features.engine import Engine
from courtside.features.expressions import ratio, where
from courtside.warehouse.base import Lazy

KEY = ["game_id", "player_id"]
LONGEST = 40
"""Games that the longest horizon looks back on."""

HISTORY_DAYS = windows.HORIZON_DAYS + 1
"""Days of box scores before a date that its inputs may reach."""

OWN_GAMES = 5
SCALE = 1 << 20
HALF_LIVES = (2, 3, 5, 15, 20, 40)
HORIZONS: dict[str, tuple[int, ...]] = {
    "minutes": (2, 5, 15, 40),
    "points": (3, 15, 40),
    "fga": (5, 20),
    "fta": (20,),
    "fg3a": (20,),
    "tov": (20,),
}
"""Half-lives, in games, of the weighted means of each count."""

MEANS = tuple(f"{name}_half_life_{half}" for name, halves in HORIZONS.items() for half in halves)
RECENT_FORM = (
    *MEANS,
    "minutes_last_game",
    "minutes_game_before",
    "points_per_minute_half_life_15",
    "points_per_minute_half_life_40",
    "fga_per_minute",
    "expected_by_minutes_half_life_2",
    "expected_by_minutes_half_life_5",
    "days_since_game",
    "games_known",
    "team_games_missed",
    "points_present_last_game",
    "points_absent_last_game",
    "like_games_points",
)
"""Columns of `recent_form`, NULL where there is nothing to tell them from."""


def recent_form(rows: Lazy, player_games: Lazy, team_games: Lazy, engine: Engine) -> Lazy:
    """Return game_id, player_id and the columns of `RECENT_FORM` for feature rows.

    Means are per game, weighted with half-lives in games over at most the last 40 within a year.
    `points_present_last_game` is the form (points) of the others of the slate's team who played its last game, and
    `points_absent_last_game` how much less that is than in the player's own last 5 games with the team: what is to be
    shared out while somebody is missing. `like_games_points` weighs his games by recency, side, opponent and rest.

    Args:
        rows: `PLAYER_FEATURES` columns; both teams' whole slates.
        player_games: `PLAYER_GAMES` columns, at least a year before the first row.
        team_games: `TEAM_GAMES` columns, as far back.
        engine: where the frames live.
    """
    played = _played(player_games, engine)
    team = engine.materialise(windows.number(team_games.filter(nw.col("is_final") & nw.col("is_counted")), "team_id"))
    placed = engine.materialise(windows.place(_placing(rows), played, "player_id"))
    carried = ["is_home", "opponent_team_id", "back_to_back", "team_id", "form"]
    lines = engine.materialise(windows.last(placed, played, LONGEST, "player_id", engine, carry=carried))
    found = (
        placed.select(*KEY, "game_day", "team_id")
        .join(_means(lines, engine), on=KEY, how="left")
        .join(_missed(placed, played, team), on=KEY, how="left")
        .join(_presence(placed, lines, team, engine), on=KEY, how="left")
    )
    return engine.materialise(
        found.with_columns(days_since_game=nw.col("game_day") - nw.col("last_day")).select(*KEY, *RECENT_FORM)
    )


def _played(player_games: Lazy, engine: Engine) -> Lazy:
    seen = player_games.filter(nw.col("is_counted") & nw.col("did_play") & (nw.col("box_status") == "complete"))
    counts = ["points", "minutes", "fga", "fta", "fg3a", "tov"]
    own = {"event_team_id": "team_id", "event_opponent_id": "opponent_team_id", "event_is_home": "is_home"}
    numbered = windows.back_to_backs(windows.number(seen, "player_id"), "player_id")
    return engine.materialise(
        numbered.select(
            "player_id",
            "game_id",
            "game_day",
            "nth",
            *(nw.col(name).fill_null(0) for name in counts),
            **{name: nw.col(column) for name, column in own.items()},
            event_back_to_back=nw.col("is_back_to_back"),
        )
    )


def _placing(rows: Lazy) -> Lazy:
    """Return what is read of feature rows; form in thousandths of a point, so that sums of it are exact."""
    return rows.select(
        *KEY,
        "game_day",
        "team_id",
        "opponent_team_id",
        "is_home",
        back_to_back=nw.col("back_to_back").fill_null(0.0).cast(nw.Int64),
        form=(nw.col("points_ewma").fill_null(0.0) * 1000).round().cast(nw.Int64),
    )


def _weights() -> pl.DataFrame:
    steps = range(LONGEST)
    weights = {f"w{half}": [round(SCALE * 0.5 ** (step / half)) for step in steps] for half in HALF_LIVES}
    return pl.DataFrame({"recency": range(1, LONGEST + 1), **weights})


def _means(lines: Lazy, engine: Engine) -> Lazy:
    weighted = lines.join(engine.lazy(_weights()), on="recency", how="left").with_columns(
        likeness=nw.col("w20") * _likeness(),
        newest_minutes=where(nw.col("recency") == 1, nw.col("minutes")),
        second_minutes=where(nw.col("recency") == 2, nw.col("minutes")),
        is_second=where(nw.col("recency") == 2, nw.lit(1)),
    )
    products = {
        f"{name}_{half}": nw.col(name) * nw.col(f"w{half}") for name, halves in HORIZONS.items() for half in halves
    }
    sums = (
        weighted.with_columns(
            **products, like_points=nw.col("likeness") * nw.col("points"), minutes_20=nw.col("minutes") * nw.col("w20")
        )
        .group_by(*KEY)
        .agg(
            *(nw.col(name).sum() for name in (*products, *(f"w{half}" for half in HALF_LIVES))),
            *(
                nw.col(name).sum()
                for name in ("newest_minutes", "second_minutes", "is_second", "likeness", "like_points")
            ),
            nw.col("minutes_20").sum(),
            games_known=nw.col("recency").max(),
            last_day=nw.col("event_day").max(),
        )
    )
    return _rates(sums.with_columns(**{f"{n}_half_life_{h}": _mean(n, h) for n, hs in HORIZONS.items() for h in hs}))


def _likeness() -> nw.Expr:
    """Weigh a game 2 for the same opponent, 1.5 for the same side and 1.25 for the same rest: eighths, multiplied."""
    side = where(nw.col("event_is_home") == nw.col("is_home"), nw.lit(1)) + 2
    opponent = where(nw.col("event_opponent_id") == nw.col("opponent_team_id"), nw.lit(1)) + 1
    rest = where(nw.col("event_back_to_back") == nw.col("back_to_back"), nw.lit(1)) + 4
    return side * opponent * rest


def _mean(name: str, half: int) -> nw.Expr:
    return ratio(nw.col(f"{name}_{half}"), nw.col(f"w{half}"))


def _rates(sums: Lazy) -> Lazy:
    per_minute = ratio(nw.col("points_40"), nw.col("minutes_40"))
    return sums.with_columns(
        minutes_last_game=nw.col("newest_minutes"),
        minutes_game_before=nw.when(nw.col("is_second") > 0).then(nw.col("second_minutes")),
        points_per_minute_half_life_15=ratio(nw.col("points_15"), nw.col("minutes_15")),
        points_per_minute_half_life_40=per_minute,
        fga_per_minute=ratio(nw.col("fga_20"), nw.col("minutes_20")),
        expected_by_minutes_half_life_2=per_minute * nw.col("minutes_half_life_2"),
        expected_by_minutes_half_life_5=per_minute * nw.col("minutes_half_life_5"),
        like_games_points=ratio(nw.col("like_points"), nw.col("likeness")),
    )


def _missed(placed: Lazy, played: Lazy, team: Lazy) -> Lazy:
    """Return how many games his team has played since his last one with it, NULL where that was for another team."""
    newest = windows.state(
        placed.select(*KEY, "team_id", "game_day", "games_before"),
        played.select("player_id", "nth", "game_id", "event_team_id"),
        "player_id",
    ).filter(nw.col("before_event_team_id") == nw.col("team_id"))
    numbers = team.select("team_id", nth_of_last=nw.col("nth"), before_game_id=nw.col("game_id"))
    reached = windows.place(placed.select("team_id", "game_day").unique(), team, "team_id").with_columns(
        team_games=nw.col("games_before")
    )
    return (
        newest.join(numbers, on=["team_id", "before_game_id"], how="inner")
        .join(reached.select("team_id", "game_day", "team_games"), on=["team_id", "game_day"], how="inner")
        .select(*KEY, team_games_missed=nw.col("team_games") - nw.col("nth_of_last"))
    )


def _presence(placed: Lazy, lines: Lazy, team: Lazy, engine: Engine) -> Lazy:
    """Return the form of the others present in the team's last game, and how much less that is than he is used to."""
    with_team = lines.filter(nw.col("event_team_id") == nw.col("team_id"))
    event = ["game_id", "team_id", "event_game_id"]
    present = engine.materialise(with_team.group_by(*event).agg(present=nw.col("form").sum()))
    own = (
        with_team.filter(nw.col("recency") <= OWN_GAMES)
        .join(present, on=event, how="inner")
        .with_columns(others=nw.col("present") - nw.col("form"), one=nw.lit(1))
        .group_by(*KEY)
        .agg(others=nw.col("others").sum(), own_games=nw.col("one").sum())
    )
    slate = windows.place(placed.select("game_id", "team_id", "game_day").unique(), team, "team_id")
    last_game = windows.state(slate, team.select("team_id", "nth", "game_id"), "team_id").select(
        "game_id", "team_id", event_game_id=nw.col("before_game_id")
    )
    latest = last_game.join(present, on=event, how="left").with_columns(nw.col("present").fill_null(0))
    appeared = with_team.select(*KEY, "event_game_id", own_form=nw.col("form"))
    return (
        placed.select(*KEY, "team_id")
        .join(latest, on=["game_id", "team_id"], how="left")
        .join(appeared, on=[*KEY, "event_game_id"], how="left")
        .join(own, on=KEY, how="left")
        .with_columns(others_last=nw.col("present") - nw.col("own_form").fill_null(0))
        .select(
            *KEY,
            points_present_last_game=nw.col("others_last").cast(nw.Float64) / 1000,
            points_absent_last_game=(
                ratio(nw.col("others"), nw.col("own_games")) - nw.col("others_last").cast(nw.Float64)
            )
            / 1000,
        )
    )
