"""What the exporters share: the ledger's rows with public names, and records as the contract has them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import polars as pl

from courtside.errors import CourtsideError
from courtside.league.teams import TRICODE_OF_ID
from courtside.picks.tables import require_grain
from courtside.publishing.contracts import Record, Tally, one_decimal

SubsetDate = tuple[dt.date, str]


class ExportRefusedError(CourtsideError):
    """A file that cannot be built from what was handed in; the published one stays."""


def utc(instant: dt.datetime) -> dt.datetime:
    """Return an instant as stored (UTC without a zone) with its zone."""
    return instant.replace(tzinfo=dt.UTC)


def last_versions(publications: pl.DataFrame) -> pl.DataFrame:
    """Return the last version of each date, sorted by date."""
    return publications.sort("game_date", "version").unique("game_date", keep="last", maintain_order=True)


def named_picks(picks: pl.DataFrame, players: pl.DataFrame) -> dict[SubsetDate, list[dict[str, Any]]]:
    """Return `picks` (columns of the ledger, and any more) by date and subset, with public names, best first.

    Each is a row with player, team, opponent, and prediction and line at one decimal; `players` has one
    player_name per player_id.

    Raises:
        ExportRefusedError: naming a player or team without a name.
        GrainError: where a player has two names, or a pick stands twice.
    """
    require_grain(players, ("player_id",), "player names")
    require_grain(picks, ("game_date", "subset_key", "player_id"), "counted picks")
    rows = (
        picks.join(players.select("player_id", "player_name"), on="player_id", how="left", validate="m:1")
        .with_columns(team=_tricode("team_id"), opponent=_tricode("opponent_team_id"))
        .rename({"player_name": "player"})
        .sort(["game_date", "subset_key", "composite", "player_id"], descending=[False, False, True, False])
    )
    _require_names(rows)
    grouped: dict[SubsetDate, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        row |= {"prediction": one_decimal(row["prediction"]), "line": one_decimal(row["line"])}
        grouped[row["game_date"], row["subset_key"]].append(row)
    return grouped


def records_by_subset(records: pl.DataFrame) -> dict[SubsetDate, Record]:
    """Return the frame of `records_before` or `records_through` as records, by date and subset."""
    tallies: dict[SubsetDate, dict[str, Tally]] = defaultdict(dict)
    columns = ("game_date", "subset_key", "window", "wins", "losses", "pct")
    for date, key, window, wins, losses, pct in records.select(columns).iter_rows():
        tallies[date, key][window] = Tally(wins=wins, losses=losses, pct=pct)
    return {place: Record(**windows) for place, windows in tallies.items()}


def _tricode(column: str) -> pl.Expr:
    return pl.col(column).replace_strict(TRICODE_OF_ID, default=None, return_dtype=pl.String)


def _require_names(rows: pl.DataFrame) -> None:
    for name, identity in (("player", "player_id"), ("team", "team_id"), ("opponent", "opponent_team_id")):
        nameless = rows.filter(pl.col(name).is_null())[identity].unique().sort()
        if nameless.len():
            raise ExportRefusedError(
                f"{nameless.len()} published {name} ids have no name, first {nameless[0]}; "
                "ingest the box scores or schedule that name them and export again"
            )
