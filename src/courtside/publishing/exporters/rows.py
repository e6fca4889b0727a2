"""Functions and shapes that several exporters use: public names, tallies, prices and times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from pydantic import Field, model_validator

from courtside.errors import CourtsideError
from courtside.league.odds import real_price_expr
from courtside.league.teams import TRICODE_OF_ID
from courtside.picks.records import hit_rate, wilson_interval
from courtside.picks.tables import require_grain
from courtside.predictions.tables import NO_SOURCE
from courtside.publishing.contracts import Kind, OneDecimal, Percent, Shape, one_decimal
from courtside.quality.scoring import LOWEST_TIER, TIER_FLOORS

GROUP_IDS = tuple(str(number) for number in range(1, 9))
NO_GAMES = "No games are scheduled."


class ExportRefusedError(CourtsideError):
    """A file cannot be built from the rows that were read; the published file stays."""


class Share(Shape):
    """Wins and losses with the hit rate in %, its n (wins + losses) and its 95 % Wilson interval."""

    wins: int = Field(ge=0)
    losses: int = Field(ge=0)
    pushes: int = Field(ge=0)
    voids: int = Field(ge=0)
    n: int = Field(ge=0)
    pct: Percent | None
    low: Percent | None
    high: Percent | None

    @model_validator(mode="after")
    def _adds_up(self) -> Share:
        if self.n != self.wins + self.losses or (self.pct is None) != (self.n == 0):
            raise ValueError(f"{self.wins}–{self.losses} with n {self.n} and rate {self.pct}")
        return self


class Tally(Share):
    """A share with the units won at each pick's price (−110 where there is none), and the return on stakes in %."""

    units: OneDecimal
    roi: OneDecimal | None


class KindTally(Tally):
    """The tally of picks of one kind; LIVE and BACKTEST are never added up."""

    kind: Kind


class Badge(Shape):
    """The quality of a prediction's features: score 0–100 and its tier."""

    score: OneDecimal
    tier: str


def share_of(wins: int, losses: int, pushes: int = 0, voids: int = 0) -> dict[str, Any]:
    """Return the fields of a `Share`."""
    interval = wilson_interval(wins, losses)
    low, high = (one_decimal(bound) for bound in interval) if interval else (None, None)
    counts = {"wins": wins, "losses": losses, "pushes": pushes, "voids": voids, "n": wins + losses}
    return {**counts, "pct": hit_rate(wins, losses), "low": low, "high": high}


def tally_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the fields of a `Tally` over rows with result and units; rows without a result are left out."""
    counts = dict.fromkeys(("hit", "miss", "push", "void"), 0)
    units = 0.0
    for row in rows:
        if row["result"] is not None:
            counts[row["result"]] += 1
            units += row["units"]
    share = share_of(*counts.values())
    roi = one_decimal(100 * units / share["n"]) if share["n"] else None
    return {**share, "units": one_decimal(units), "roi": roi}


def by_kind(rows: Iterable[Mapping[str, Any]]) -> tuple[KindTally, ...]:
    """Return a tally for each kind that occurs in `rows` (kind, result, units), LIVE first."""
    listed = list(rows)
    kinds = sorted({row["kind"] for row in listed}, reverse=True)
    return tuple(KindTally(kind=kind, **tally_of(row for row in listed if row["kind"] == kind)) for kind in kinds)


def rounded(value: float | None) -> float | None:
    """Return `value` with one decimal; None stays None."""
    return None if value is None else one_decimal(value)


def one_decimal_expr(value: pl.Expr) -> pl.Expr:
    """Return `one_decimal` of an expression; NULL stays NULL."""
    size = value.abs()
    tenths = (size * 10).floor()
    half = ((2 * tenths + 1) / 20).round(2)
    rounded_size = ((tenths + (size >= half).cast(pl.Float64)) / 10).round(1)
    return pl.when(value == 0).then(value).when(value < 0).then(-rounded_size).otherwise(rounded_size)


def badge_expr(score: str) -> pl.Expr:
    """Return the badges of a column of feature quality scores, as structs."""
    tiers = [pl.when(pl.col(score) >= floor).then(pl.lit(tier)) for tier, floor in TIER_FLOORS]
    return pl.struct(score=one_decimal_expr(pl.col(score)), tier=pl.coalesce(*tiers, pl.lit(LOWEST_TIER)))


def share_expr(value: str) -> pl.Expr:
    """Return probabilities between 0 and 1, in a column, as percent with one decimal."""
    return one_decimal_expr(100 * pl.col(value))


def stated_probability_expr(value: str) -> pl.Expr:
    """Return a column of probabilities in %; NULL where the probability has no source."""
    return pl.when(pl.col("probability_source").fill_null(NO_SOURCE) != NO_SOURCE).then(share_expr(value))


def price_expr(value: str, other: str | None = None, book: str | None = None) -> pl.Expr:
    """Return prices as whole American odds; NULL where `real_price` does not accept them."""
    return real_price_expr(value, other, book).round(mode="half_to_even").cast(pl.Int64)


def utc_expr(instant: pl.Expr) -> pl.Expr:
    """Return stored instants (UTC without a zone) as public files show them: `2026-02-07T12:00:00Z`."""
    return instant.dt.to_string("%Y-%m-%dT%H:%M:%SZ")


def utc(instant: dt.datetime) -> dt.datetime:
    """Return a stored instant (UTC without a zone) with its zone, in whole seconds."""
    return instant.replace(tzinfo=dt.UTC, microsecond=0)


def utc_or_none(instant: dt.datetime | None) -> dt.datetime | None:
    """Return `utc` of an instant; None stays None."""
    return None if instant is None else utc(instant)


def named(rows: pl.DataFrame, players: pl.DataFrame) -> pl.DataFrame:
    """Return `rows` (player_id, team_id, opponent_team_id, and any others) with player, team and opponent.

    Where `players` has known_at, each row gets the name that was known when it was published (`published_at`), or at
    noon UTC of the day after its game date, so that a later rename does not change a file of the past.

    Raises:
        ExportRefusedError: where a player or team has no name; the message names the id. GrainError: where a player has
        two names.
    """
    full = (
        _with_names(rows, players)
        .with_columns(team=tricode_expr("team_id"), opponent=tricode_expr("opponent_team_id"))
        .rename({"player_name": "player"})
    )
    _require_names(full)
    return full


def _with_names(rows: pl.DataFrame, players: pl.DataFrame) -> pl.DataFrame:
    if "known_at" not in players.columns:
        require_grain(players, ("player_id",), "player names")
        return rows.join(players.select("player_id", "player_name"), on="player_id", how="left", validate="m:1")
    noon_after = pl.col("game_date").cast(pl.Datetime("us")) + dt.timedelta(hours=36)
    shown_at = pl.col("published_at") if "published_at" in rows.columns else noon_after
    first = players.sort("known_at").unique("player_id", keep="first").select("player_id", first_="player_name")
    found = (
        rows.select("player_id", shown_at_=shown_at.cast(pl.Datetime("us")))
        .with_row_index("place_")
        .sort("shown_at_")
        .join_asof(
            players.sort("known_at"),
            left_on="shown_at_",
            right_on="known_at",
            by="player_id",
            strategy="backward",
            check_sortedness=False,
        )
        .join(first, on="player_id", how="left", validate="m:1")
        .sort("place_")
        .select(pl.coalesce("player_name", "first_"))
    )
    return rows.with_columns(found["player_name"])


def partitioned(rows: pl.DataFrame, *keys: str) -> dict[Any, list[dict[str, Any]]]:
    """Return rows as dictionaries by key (a tuple where there are several keys), in their order."""
    by_key: dict[Any, list[dict[str, Any]]] = {}
    for row in rows.iter_rows(named=True):
        key = row[keys[0]] if len(keys) == 1 else tuple(row[name] for name in keys)
        by_key.setdefault(key, []).append(row)
    return by_key


def filled_list(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column of lists of type `dtype`, with an empty list where it is NULL."""
    return pl.col(name).fill_null(pl.lit([], dtype=dtype))


def tricode_expr(column: str) -> pl.Expr:
    """Return the tricodes of a column of team ids; an unknown id has none."""
    return pl.col(column).replace_strict(TRICODE_OF_ID, default=None, return_dtype=pl.String)


def _require_names(rows: pl.DataFrame) -> None:
    for name, identity in (("player", "player_id"), ("team", "team_id"), ("opponent", "opponent_team_id")):
        nameless = rows.filter(pl.col(name).is_null())[identity].unique().sort()
        if nameless.len():
            raise ExportRefusedError(
                f"{nameless.len()} published {name} ids have no name, first {nameless[0]}; "
                "ingest the box scores or the schedule with these ids and export again"
            )
