"""Provider names to the league's player ids: resolved by what was known before the game, or refused.

The candidates of a name are the players spelled so (`exact`), known under that name (`alias`), or spelled so
but for a generational suffix (`suffix`). Those who had played before the date come before those who had not;
among them, those whose team plays the mention's game; then the closer spelling. Of those who had not yet
played, the earliest to appear comes first. Two alike in all that are refused, and so is a player whose team
rests on the date. So box scores of the date and of later dates cannot change a resolution: they can only give
one to a player who had not yet appeared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from rapidfuzz import fuzz, process

from courtside.league.names import SUFFIXES, Aliases, compact, normalise, packaged_aliases, without_suffix
from courtside.league.teams import team_named

TEAM_COLUMNS = ("home_team", "away_team", "opponent")
MENTION_COLUMNS = ("source", "game_date", "player_name", *TEAM_COLUMNS)
METHODS = ("exact", "alias", "suffix", "team_and_date")
REASONS = ("unknown_name", "unknown_team", "two_players", "team_does_not_play")

_NEVER = 2**31 - 1
_FITS = pl.col("fits").fill_null(False)
_TELLS_A_TEAM = pl.col("a").is_not_null()
_TEAM = pl.when(_FITS).then("known_team_id").when(pl.col("told_game_id").is_not_null()).then("told_team_id")
_ANSWER = {
    "player_id": pl.col("player_id"),
    "team_id": _TEAM,
    "opponent_team_id": pl.when(pl.col("a") == _TEAM)
    .then("b")
    .when(pl.col("b") == _TEAM)
    .then("a")
    .when(_FITS & ~_TELLS_A_TEAM)
    .then("own_across")
    .otherwise("opponent_id"),
    "game_id": pl.when(_TELLS_A_TEAM).then("told_game_id").when(_FITS).then("own_game_id"),
    "method": pl.col("method"),
}
_REASON = (
    pl.when("is_unreadable")
    .then(pl.lit("unknown_team"))
    .when(pl.col("player_id").is_null())
    .then(pl.lit("unknown_name"))
    .when(pl.col("left") > 1)
    .then(pl.lit("two_players"))
    .when(pl.col("has_played") & ~pl.col("fits") & pl.col("own_game_id").is_null())
    .then(pl.lit("team_does_not_play"))
)


@dataclass(frozen=True)
class Resolution:
    """The mentions that have a player, and those that were refused.

    `resolved`: the mention's columns, player_id, team_id (NULL where it could not be told before the game),
    opponent_team_id, game_id (NULL where no game fits) and method, one of `METHODS`.
    `unresolved`: the mention's columns, reason, one of `REASONS`, and suggestions: up to three close names
    with their ids and scores, for a person to read; they are never applied.
    """

    resolved: pl.DataFrame
    unresolved: pl.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Mentions by method and by reason."""
        outcomes = (self.resolved["method"], self.unresolved["reason"])
        return {name: count for column in outcomes for name, count in sorted(column.value_counts().rows())}


def stints_of(appearances: pl.DataFrame) -> pl.DataFrame:
    """Return the stints (player_id, team_id, from_day, to_day) of rows (player_id, team_id, game_day).

    A row given is a player's box score; a stint is a run of them for one team, from_day and to_day the days
    of its first and its last game.
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
    aliases: Aliases | None = None,
) -> Resolution:
    """Return the player, team and game of each mention, or the reason why there is none.

    `mentions`: source, game_date, player_name, home_team, away_team, opponent; teams as text, NULL where the
    source has none. `people`: player_id, player_name, a row for every spelling seen.
    `stints`: player_id, team_id, from_day, to_day, as `stints_of` gives them. A team is known from the latest
    stint that began before the game day, so the day's own box score never tells it.
    `slate`: game_id, game_day, home_team_id, away_team_id. Home and away may be named in either order.
    """
    asked = mentions.select(MENTION_COLUMNS).with_row_index("mention")
    asked = asked.with_columns(game_day=pl.col("game_date").cast(pl.Int32).cast(pl.Int64))
    team_days = _team_days(slate)
    told = _told(asked, team_days)
    names = _candidates(mentions["player_name"].unique(), people, aliases or packaged_aliases())
    weighed = _weighed(told.join(names, on="player_name"), stints, team_days)
    chosen = told.join(_chosen(weighed), on="mention", how="left").sort("mention")
    chosen = chosen.with_columns(reason=_REASON)
    return Resolution(
        chosen.filter(pl.col("reason").is_null()).select(*MENTION_COLUMNS, **_ANSWER),
        _with_suggestions(chosen.filter(pl.col("reason").is_not_null()), people),
    )


def _team_days(slate: pl.DataFrame) -> pl.DataFrame:
    """One row a day and team: game_day, team_id, game_id, across (the team it plays)."""
    day, home, away = pl.col("game_day").cast(pl.Int64), pl.col("home_team_id"), pl.col("away_team_id")
    sides = pl.concat(
        slate.select(day, "game_id", team_id=team, across=across) for team, across in ((home, away), (away, home))
    )
    return sides.sort("game_day", "game_id").unique(["game_day", "team_id"], keep="first", maintain_order=True)


def _told(asked: pl.DataFrame, team_days: pl.DataFrame) -> pl.DataFrame:
    """Add what a mention tells: the two sides `a` and `b` of its game, told_game_id and told_team_id."""
    home, away, opponent = (pl.col(f"{name}_id") for name in TEAM_COLUMNS)
    a, b = pl.col("a"), pl.col("b")
    told = asked.with_columns(_team_ids(asked)).with_columns(
        a=pl.coalesce(home, away, opponent),
        has_pair=home.is_not_null() | away.is_not_null(),
        is_unreadable=pl.any_horizontal(
            pl.col(name).is_not_null() & pl.col(f"{name}_id").is_null() for name in TEAM_COLUMNS
        ),
    )
    told = told.join(team_days.rename({"team_id": "a"}), on=["game_day", "a"], how="left").with_columns(
        b=pl.when(home.is_not_null()).then(away).fill_null(pl.col("across"))
    )
    return told.with_columns(
        told_game_id=pl.when(pl.col("across") == b).then("game_id"),
        told_team_id=pl.when(opponent == a).then(b).when(opponent == b).then(a),
    ).drop("game_id", "across")


def _team_ids(asked: pl.DataFrame) -> list[pl.Expr]:
    spellings = pl.concat([asked[name] for name in TEAM_COLUMNS]).drop_nulls().unique().to_list()
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


def _candidates(names: pl.Series, people: pl.DataFrame, aliases: Aliases) -> pl.DataFrame:
    """The players each name may mean: player_name, player_id, rank (the index of the match in `METHODS`)."""
    index = _name_index(people.select("player_name", "player_id").unique().rows(), aliases)
    rows = [(name, *pair) for name in names for pair in sorted(index.get(compact(name), {}).items())]
    schema = {"player_name": pl.String(), "player_id": pl.Int64(), "rank": pl.Int64()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _name_index(people: Iterable[tuple[str, int]], aliases: Aliases) -> dict[str, dict[int, int]]:
    """Compact name to the players it may mean, each with the rank of the closest match."""
    index: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for player_name, player_id in people:
        own, others = normalise(player_name), aliases.others(player_name)
        varied = (variant for name in (own, *others) for variant in _suffix_variants(name))
        for rank, names in enumerate(((own,), others, varied)):
            for key in (name.replace(" ", "") for name in names):
                index[key][player_id] = min(rank, index[key].get(player_id, rank))
    index.pop("", None)
    return index


def _suffix_variants(name: str) -> tuple[str, ...]:
    base = without_suffix(name)
    return (base,) if base != name else tuple(f"{name} {suffix}" for suffix in SUFFIXES)


def _weighed(asked: pl.DataFrame, stints: pl.DataFrame, team_days: pl.DataFrame) -> pl.DataFrame:
    """Add to each mention and candidate known_team_id, its game, has_played, first_day and whether it fits.

    A candidate fits where his team, as last known before the date, plays the mention's game, or plays at all
    on that date where the mention tells no team.
    """
    known = stints.select("from_day", "player_id", known_team_id="team_id").cast(pl.Int64).sort(pl.all())
    first = known.group_by("player_id").agg(first_day=pl.col("from_day").min())
    weighed = asked.sort("game_day").join_asof(
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
        pl.when(pl.col("told_team_id").is_not_null())
        .then(team == pl.col("told_team_id"))
        .when(pl.col("has_pair"))
        .then((team == pl.col("a")) | (team == pl.col("b")))
        .otherwise(pl.col("a").is_null() & pl.col("own_game_id").is_not_null())
    )
    return (
        weighed.join(first, on="player_id", how="left")
        .join(own, on=["game_day", "known_team_id"], how="left")
        .with_columns(has_played=team.is_not_null(), fits=fits.fill_null(False))
        .with_columns(first_day=pl.when(team.is_null()).then(pl.col("first_day").fill_null(_NEVER)).fill_null(0))
    )


def _chosen(weighed: pl.DataFrame) -> pl.DataFrame:
    """The first candidate of each mention, how many are `left` alike, and the method that found him."""
    evidence = ["has_played", "fits", "first_day", "rank"]
    first = _first_of_mention(weighed, evidence, [True, True, False, False])
    named = _first_of_mention(weighed, ["has_played", "rank"], [True, False])
    named = named.select("mention", named_rank="rank", named="left")
    is_by_name = ~pl.col("has_played") | ((pl.col("rank") == pl.col("named_rank")) & (pl.col("named") == 1))
    method = pl.col("rank").replace_strict(dict(enumerate(METHODS)), return_dtype=pl.String)
    return first.join(named, on="mention").select(
        "mention",
        "player_id",
        *("has_played", "fits", "known_team_id", "own_game_id", "own_across", "left"),
        method=pl.when(is_by_name).then(method).otherwise(pl.lit("team_and_date")),
    )


def _first_of_mention(weighed: pl.DataFrame, by: list[str], descending: list[bool]) -> pl.DataFrame:
    """One row a mention: its first candidate in the order `by`, and how many are `left` alike in it."""
    return (
        weighed.sort("player_id")
        .group_by("mention", *by, maintain_order=True)
        .agg(pl.all().first(), left=pl.len())
        .sort("mention", *by, descending=[False, *descending])
        .unique("mention", keep="first", maintain_order=True)
    )


def _with_suggestions(refused: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    spellings = people.group_by("player_id").agg(pl.col("player_name").min()).sort("player_name", "player_id")
    known = [compact(name) for name in spellings["player_name"]]
    written = [f"{name} ({player_id})" for player_id, name in spellings.rows()]

    def suggest(name: str) -> str:
        close = process.extract(compact(name), known, scorer=fuzz.ratio, limit=3)
        return "; ".join(f"{written[place]} {score:.0f}" for _, score, place in close)

    suggestions = {name: suggest(name) for name in refused["player_name"].unique()}
    return refused.select(
        *MENTION_COLUMNS,
        "reason",
        suggestions=pl.col("player_name").replace_strict(suggestions, default="", return_dtype=pl.String),
    )
