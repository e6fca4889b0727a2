"""Candidate players for a name, and similar names as suggestions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import polars as pl
from rapidfuzz import fuzz, process

from courtside.league.names import SUFFIXES, Aliases, compact, normalise, without_suffix

METHODS = ("exact", "alias", "suffix", "initial", "team_and_date")
INITIAL = METHODS.index("initial")
SUGGESTED = 3


def candidates(names: pl.Series, people: pl.DataFrame, aliases: Aliases) -> pl.DataFrame:
    """Return the candidates of each name: player_name, player_id, rank (the index of the match in `METHODS`)."""
    spellings = people.select("player_name", "player_id").unique().rows()
    index = _name_index(spellings, aliases)
    by_initial = _initial_index(spellings, aliases) if any(map(_initial_key, names)) else {}
    rows = [
        (name, player_id, rank)
        for name in names
        for player_id, rank in sorted(
            {**dict.fromkeys(by_initial.get(_initial_key(name), ()), INITIAL), **index.get(compact(name), {})}.items()
        )
    ]
    schema = {"player_name": pl.String(), "player_id": pl.Int64(), "rank": pl.Int64()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _name_index(people: Iterable[tuple[str, int]], aliases: Aliases) -> dict[str, dict[int, int]]:
    """Return compact names with their candidate players, each with the rank of the closest match."""
    index: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for player_name, player_id in people:
        own, others = normalise(player_name), aliases.others(player_name)
        varied = (variant for name in (own, *others) for variant in _suffix_variants(name))
        for rank, names in enumerate(((own,), others, varied)):
            for key in (name.replace(" ", "") for name in names):
                index[key][player_id] = min(rank, index[key].get(player_id, rank))
    index.pop("", None)
    return index


def _initial_key(name: str) -> str:
    """Return the key of a name with an initial: the letter, a space and the compact rest; empty for other names."""
    first, _, rest = normalise(name).partition(" ")
    return f"{first} {rest.replace(' ', '')}" if len(first) == 1 and rest else ""


def _initial_index(people: Iterable[tuple[str, int]], aliases: Aliases) -> dict[str, set[int]]:
    """Return the players for each key of `_initial_key`: initial and every possible family name."""
    index: defaultdict[str, set[int]] = defaultdict(set)
    for player_name, player_id in people:
        for name in (normalise(player_name), *aliases.others(player_name)):
            for variant in (name, without_suffix(name)):
                first, *rest = variant.split() or [""]
                for start in range(len(rest)):
                    if rest[start] not in SUFFIXES:
                        index[f"{first[:1]} {''.join(rest[start:])}"].add(player_id)
    return index


def _suffix_variants(name: str) -> tuple[str, ...]:
    base = without_suffix(name)
    return (base,) if base != name else tuple(f"{name} {suffix}" for suffix in SUFFIXES)


def suggestions(names: pl.Series, people: pl.DataFrame) -> dict[str, str]:
    """Return, for each name, up to three similar names with ids and scores; for an initial, only names that fit it."""
    if names.is_empty():
        return {}
    spellings = people.group_by("player_id").agg(pl.col("player_name").min()).sort("player_name", "player_id")
    known = [compact(name) for name in spellings["player_name"]]
    written = [f"{name} ({player_id})" for player_id, name in spellings.rows()]
    by_initial = _initial_index(((name, place) for place, name in enumerate(spellings["player_name"])), Aliases({}))

    def suggest(name: str) -> str:
        fitting = {place: known[place] for place in sorted(by_initial.get(_initial_key(name), ()))}
        close = process.extract(compact(name), fitting or dict(enumerate(known)), scorer=fuzz.ratio, limit=SUGGESTED)
        return "; ".join(f"{written[place]} {score:.0f}" for _, score, place in close)

    return {name: suggest(name) for name in names.unique()}
