"""The shapes that the two subset files share, and the functions that fill them from rows of the ledger."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import polars as pl
from pydantic import Field

from courtside.picks.tables import require_grain
from courtside.publishing.contracts import OneDecimal, Shape, Side, Tricode, one_decimal
from courtside.publishing.exporters.rows import GROUP_IDS, named

SubsetDate = tuple[dt.date, str]


class Outcome(Shape):
    """Wins and losses of a window; `pct` is null where there are none."""

    wins: int = Field(ge=0)
    losses: int = Field(ge=0)
    pct: OneDecimal | None


class Record(Shape):
    """A subset's record since the season's first day, the 1st of the month and Monday."""

    season: Outcome
    month: Outcome
    week: Outcome


class Pick(Shape):
    """A published pick."""

    player: str = Field(min_length=1)
    team: Tricode
    opponent: Tricode
    prediction: OneDecimal
    line: OneDecimal
    direction: Side


def require_all_groups(ids: list[str]) -> None:
    """Refuse a file unless it holds groups 1 to 8, each once, in order.

    Raises:
        ValueError: where it does not; the message names the groups.
    """
    if tuple(ids) != GROUP_IDS:
        raise ValueError(f"groups are {ids}; a file must hold groups 1 to 8, each once, in order")


def last_versions(publications: pl.DataFrame) -> pl.DataFrame:
    """Return the last version of each date, sorted by date."""
    return publications.sort("game_date", "version").unique("game_date", keep="last", maintain_order=True)


def named_picks(picks: pl.DataFrame, players: pl.DataFrame) -> dict[SubsetDate, list[dict[str, Any]]]:
    """Return `picks` (columns of the ledger, and any others) by date and subset, with public names, best first.

    Each row has player, team and opponent, and prediction and line with one decimal; `players` has one player_name per
    player_id.

    Raises:
        ExportRefusedError: where a player or team has no name; the message names the id.
        GrainError: where a player has two names, or a pick occurs twice.
    """
    require_grain(picks, ("game_date", "subset_key", "player_id"), "counted picks")
    rows = named(picks, players).sort(
        ["game_date", "subset_key", "composite", "player_id"], descending=[False, False, True, False]
    )
    grouped: dict[SubsetDate, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        row |= {"prediction": one_decimal(row["prediction"]), "line": one_decimal(row["line"])}
        grouped[row["game_date"], row["subset_key"]].append(row)
    return grouped


def records_by_subset(records: pl.DataFrame) -> dict[SubsetDate, Record]:
    """Return the frame of `records_before` or `records_through` as records, by date and subset."""
    tallies: dict[SubsetDate, dict[str, Outcome]] = defaultdict(dict)
    columns = ("game_date", "subset_key", "window", "wins", "losses", "pct")
    for date, key, window, wins, losses, pct in records.select(columns).iter_rows():
        tallies[date, key][window] = Outcome(wins=wins, losses=losses, pct=pct)
    return {place: Record(**windows) for place, windows in tallies.items()}
