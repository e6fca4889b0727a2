"""Resolution of providers' names to the league's player ids, from what was known before the game.

A mention is a player's name in a line or an injury report, with its date and, in most sources, its teams. The
candidates of a name are the players with this spelling (`exact`), this alias (`alias`), this spelling except for a
generational suffix (`suffix`), or this spelling with the given name shortened to its first letter (`initial`). An
initial counts only where the mention names teams and the player's team is one of them.

Candidates are ranked by these criteria, in order: whether the player had played before the date; whether his team plays
in the mention's game; for players who had not played yet, the date of their first game; and how close the spelling is.
A name is refused where the first two candidates are equal in all criteria, and where the player's team has no game on
the date. Box scores of the date and later therefore cannot change an existing resolution. They can only resolve a name
whose player had not played before.

A mention without teams is assigned to the game of the team that the player last played for. Another game is used where
other mentions of the date name it, or where a box score of the date lists him in it. A box score of the date never
determines the team, so that no feature row depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from courtside.league.candidates import INITIAL, METHODS, candidates, suggestions
from courtside.league.names import Aliases, packaged_aliases
from courtside.league.teams import team_named

TEAM_COLUMNS = ("home_team", "away_team", "opponent")
MENTION_COLUMNS = ("source", "game_date", "player_name", *TEAM_COLUMNS)
REASONS = ("unknown_name", "unknown_team", "two_players", "team_does_not_play")

_NEVER = 2**31 - 1
_FITS = pl.col("fits").fill_null(False)
_NAMES_A_TEAM = pl.col("a").is_not_null()
_IS_MOVED = pl.col("moved_game_id").is_not_null()
_TEAM = (
    pl.when(_IS_MOVED)
    .then("moved_team_id")
    .when(_FITS)
    .then("known_team_id")
    .when(pl.col("stated_game_id").is_not_null())
    .then("stated_team_id")
)
_RESOLVED = {
    "player_id": pl.col("player_id"),
    "team_id": _TEAM,
    "opponent_team_id": pl.when(_IS_MOVED)
    .then("moved_opponent_id")
    .when(pl.col("a") == _TEAM)
    .then("b")
    .when(pl.col("b") == _TEAM)
    .then("a")
    .when(_FITS & ~_NAMES_A_TEAM)
    .then("own_across")
    .otherwise("opponent_id"),
    "game_id": pl.when(_IS_MOVED)
    .then("moved_game_id")
    .when(_NAMES_A_TEAM)
    .then("stated_game_id")
    .when(_FITS)
    .then("own_game_id"),
    "method": pl.col("method"),
}
_REASON = (
    pl.when("is_unreadable")
    .then(pl.lit("unknown_team"))
    .when(pl.col("player_id").is_null())
    .then(pl.lit("unknown_name"))
    .when(pl.col("left") > 1)
    .then(pl.lit("two_players"))
    .when(pl.col("has_played") & ~pl.col("fits") & pl.col("own_game_id").is_null() & ~_IS_MOVED)
    .then(pl.lit("team_does_not_play"))
)


@dataclass(frozen=True)
class Resolution:
    """The resolved mentions, and those that were refused.

    `resolved`: the mention's columns, player_id, team_id (NULL where it was not known before the game),
    opponent_team_id, game_id (NULL where no game fits) and method, one of `METHODS`.
    `unresolved`: the mention's columns, reason, one of `REASONS`, and suggestions: up to three similar names with their
    ids and scores, which are shown and never applied.
    """

    resolved: pl.DataFrame
    unresolved: pl.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Number of mentions by method and by reason."""
        outcomes = (self.resolved["method"], self.unresolved["reason"])
        return {name: count for column in outcomes for name, count in sorted(column.value_counts().rows())}


def stints_of(appearances: pl.DataFrame) -> pl.DataFrame:
    """Return the stints (player_id, team_id, from_day, to_day) of box-score rows (player_id, team_id, game_day).

    A stint is a run of a player's games for one team; from_day and to_day are the days of its first and last game.
    """
    games = appearances.select("player_id", "game_day", "team_id").unique().sort(pl.all())
    return (
        games.with_columns(stint=pl.struct("player_id", "team_id").rle_id())
        .group_by("stint", "player_id", "team_id", maintain_order=True)
        .agg(from_day=pl.col("game_day").min(), to_day=pl.col("game_day").max())
        .drop("stint")
    )


def resolve(
    mentions: pl.DataFrame,
    people: pl.DataFrame,
    stints: pl.DataFrame,
    slate: pl.DataFrame,
    *,
    played: pl.DataFrame | None = None,
    aliases: Aliases | None = None,
) -> Resolution:
    """Return the player, team and game of each mention, or the reason why it was refused.

    Args:
        mentions: source, game_date, player_name, home_team, away_team, opponent; teams as text, NULL where the source
            has none.
        people: player_id, player_name, one row per spelling.
        stints: the frame of `stints_of`. A player's team is that of the latest stint that began before the game day, so
            that it does not depend on the box score of the day.
        slate: game_id, game_day, home_team_id, away_team_id. Mentions may name home and away in either order.
        played: player_id, game_day, game_id of the box scores of the dates; None where there are none yet.
        aliases: other spellings of players' names.
    """
    numbered = mentions.select(MENTION_COLUMNS).with_row_index("mention")
    numbered = numbered.with_columns(game_day=pl.col("game_date").cast(pl.Int32).cast(pl.Int64))
    team_days = _team_days(slate)
    stated = _with_stated_teams(numbered, team_days)
    names = candidates(mentions["player_name"].unique(), people, aliases or packaged_aliases())
    candidate_rows = _with_evidence(stated.join(names, on="player_name"), stints, team_days)
    is_supported = (pl.col("rank") != INITIAL) | (_NAMES_A_TEAM & pl.col("fits") & ~pl.col("is_unreadable"))
    chosen = stated.join(_best_candidates(candidate_rows.filter(is_supported)), on="mention", how="left").sort(
        "mention"
    )
    chosen = _with_other_game(chosen, played).with_columns(reason=_REASON)
    return Resolution(
        chosen.filter(pl.col("reason").is_null()).select(*MENTION_COLUMNS, **_RESOLVED),
        _with_suggestions(chosen.filter(pl.col("reason").is_not_null()), people),
    )


def _with_other_game(chosen: pl.DataFrame, played: pl.DataFrame | None) -> pl.DataFrame:
    """Add another game (`moved_…`) to mentions without teams, from mentions with teams or from a box score.

    A game from mentions is used where all mentions of the player with teams on the date agree on it.
    """
    key = ["player_id", "game_day"]
    team = pl.when(_FITS).then("known_team_id").otherwise("stated_team_id")
    named = (
        chosen.filter(
            pl.col("player_id").is_not_null() & pl.col("stated_game_id").is_not_null() & (pl.col("left") == 1)
        )
        .with_columns(team=team)
        .group_by(key)
        .agg(
            named_games=pl.col("stated_game_id").n_unique(),
            named_game_id=pl.col("stated_game_id").min(),
            moved_team_id=pl.col("team").max(),
            moved_opponent_id=pl.when(pl.col("team") == pl.col("a")).then("b").otherwise("a").max(),
        )
        .filter(pl.col("named_games") == 1)
    )
    seen = (
        chosen.clear().select(*key, played_game_id="own_game_id")
        if played is None
        else played.select("player_id", pl.col("game_day").cast(pl.Int64), played_game_id="game_id")
    )
    other = pl.coalesce("named_game_id", "played_game_id")
    is_moved = (
        ~_NAMES_A_TEAM & ~pl.col("is_unreadable") & pl.col("has_played") & other.ne_missing(pl.col("own_game_id"))
    )
    is_named = pl.col("named_game_id").is_not_null() & pl.col("moved_team_id").is_not_null()
    return (
        chosen.join(named, on=key, how="left")
        .join(seen.unique(key), on=key, how="left")
        .with_columns(
            moved_game_id=pl.when(is_moved).then(other),
            moved_opponent_id=pl.when(is_named).then("moved_opponent_id"),
        )
    )


def _team_days(slate: pl.DataFrame) -> pl.DataFrame:
    """Return one row per day and team: game_day, team_id, game_id and across (the opponent)."""
    day, home, away = pl.col("game_day").cast(pl.Int64), pl.col("home_team_id"), pl.col("away_team_id")
    sides = pl.concat(
        slate.select(day, "game_id", team_id=team, across=across) for team, across in ((home, away), (away, home))
    )
    return sides.sort("game_day", "game_id").unique(["game_day", "team_id"], keep="first", maintain_order=True)


def _with_stated_teams(numbered: pl.DataFrame, team_days: pl.DataFrame) -> pl.DataFrame:
    """Add the teams that a mention states: the sides `a` and `b` of its game, stated_game_id and stated_team_id."""
    home, away, opponent = (pl.col(f"{name}_id") for name in TEAM_COLUMNS)
    a, b = pl.col("a"), pl.col("b")
    stated = numbered.with_columns(_team_ids(numbered)).with_columns(
        a=pl.coalesce(home, away, opponent),
        has_pair=home.is_not_null() | away.is_not_null(),
        is_unreadable=pl.any_horizontal(
            pl.col(name).is_not_null() & pl.col(f"{name}_id").is_null() for name in TEAM_COLUMNS
        ),
    )
    stated = stated.join(team_days.rename({"team_id": "a"}), on=["game_day", "a"], how="left").with_columns(
        b=pl.when(home.is_not_null()).then(away).fill_null(pl.col("across"))
    )
    return stated.with_columns(
        stated_game_id=pl.when(pl.col("across") == b).then("game_id"),
        stated_team_id=pl.when(opponent == a).then(b).when(opponent == b).then(a),
    ).drop("game_id", "across")


def _team_ids(numbered: pl.DataFrame) -> list[pl.Expr]:
    spellings = pl.concat([numbered[name] for name in TEAM_COLUMNS]).drop_nulls().unique().to_list()
    ids = {spelling: _team_id(spelling) for spelling in spellings}
    return [
        pl.col(name).replace_strict(ids, default=None, return_dtype=pl.Int64).alias(f"{name}_id")
        for name in TEAM_COLUMNS
    ]


def _team_id(spelling: str) -> int | None:
    try:
        return team_named(spelling).team_id
    except KeyError:
        return None


def _with_evidence(matched: pl.DataFrame, stints: pl.DataFrame, team_days: pl.DataFrame) -> pl.DataFrame:
    """Add known_team_id, its game, has_played, first_day and fits to each mention and candidate.

    A candidate fits where his team, as last known before the date, plays in the mention's game, or plays at all on that
    date where the mention names no team.
    """
    known = stints.select("from_day", "player_id", known_team_id="team_id").cast(pl.Int64).sort(pl.all())
    first = known.group_by("player_id").agg(first_day=pl.col("from_day").min())
    candidate_rows = matched.sort("game_day").join_asof(
        known,
        left_on="game_day",
        right_on="from_day",
        by="player_id",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    own = team_days.rename({"team_id": "known_team_id", "game_id": "own_game_id", "across": "own_across"})
    team = pl.col("known_team_id")
    fits = (
        pl.when(pl.col("stated_team_id").is_not_null())
        .then(team == pl.col("stated_team_id"))
        .when(pl.col("has_pair"))
        .then((team == pl.col("a")) | (team == pl.col("b")))
        .otherwise(pl.col("a").is_null() & pl.col("own_game_id").is_not_null())
    )
    return (
        candidate_rows.join(first, on="player_id", how="left")
        .join(own, on=["game_day", "known_team_id"], how="left")
        .with_columns(has_played=team.is_not_null(), fits=fits.fill_null(False))
        .with_columns(first_day=pl.when(team.is_null()).then(pl.col("first_day").fill_null(_NEVER)).fill_null(0))
    )


def _best_candidates(candidate_rows: pl.DataFrame) -> pl.DataFrame:
    """Return the best candidate of each mention, the number of equal ones (`left`), and the method of the match."""
    evidence = ["has_played", "fits", "first_day", "rank"]
    first = _first_of_mention(candidate_rows, evidence, [True, True, False, False])
    named = _first_of_mention(candidate_rows, ["has_played", "rank"], [True, False])
    named = named.select("mention", named_rank="rank", named="left")
    is_by_name = ~pl.col("has_played") | ((pl.col("rank") == pl.col("named_rank")) & (pl.col("named") == 1))
    method = pl.col("rank").replace_strict(dict(enumerate(METHODS)), return_dtype=pl.String)
    return first.join(named, on="mention").select(
        "mention",
        "player_id",
        *("has_played", "fits", "known_team_id", "own_game_id", "own_across", "left"),
        method=pl.when(is_by_name).then(method).otherwise(pl.lit("team_and_date")),
    )


def _first_of_mention(candidate_rows: pl.DataFrame, by: list[str], descending: list[bool]) -> pl.DataFrame:
    """Return one row per mention: its first candidate in the order `by`, and the number of equal ones (`left`)."""
    return (
        candidate_rows.sort("player_id")
        .group_by("mention", *by, maintain_order=True)
        .agg(pl.all().first(), left=pl.len())
        .sort("mention", *by, descending=[False, *descending])
        .unique("mention", keep="first", maintain_order=True)
    )


def _with_suggestions(refused: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    suggested = suggestions(refused["player_name"], people)
    return refused.select(
        *MENTION_COLUMNS,
        "reason",
        suggestions=pl.col("player_name").replace_strict(suggested, default="", return_dtype=pl.String),
    )
