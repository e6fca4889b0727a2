"""Causes of contaminated rows: the reason in each row, and what is missing upstream, with its dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from courtside.audit.checks.base import Catalogue, count
from courtside.audit.checks.rows import BROKEN, any_of, final_team_games
from courtside.audit.checks.rows import lacks as lacks_value
from courtside.league.seasons import dates_of
from courtside.quality.origins import Origin
from courtside.quality.post_write import Validated
from courtside.quality.without_row import played_without_row
from courtside.warehouse.base import Lazy

LOOKBACK_DAYS = 365
SHOWN = 5
FIRST_GAMES, FEW_GAMES = 3, 5
"""Numbers of played games below which nearly all features, and some features, have the origin `early`."""


@dataclass(frozen=True)
class Cause:
    """A cause of contamination: its source, the number of its units, and the number of training rows affected.

    `kind` is `row` for a reason in the contaminated rows themselves (the counts of these causes sum to all contaminated
    rows), `game` for games that were played without a row, and `upstream` for data that a provider did not deliver.
    `rows` counts contaminated training rows, and `flagged` training rows that were computed all the same and are
    flagged.
    """

    kind: str
    source: str
    what: str
    units: int
    unit: str
    rows: int
    flagged: int = 0
    dates: tuple[dt.date, ...] = ()
    examples: tuple[str, ...] = ()

    @property
    def span(self) -> str:
        """The first and last date affected."""
        if not self.dates:
            return ""
        return str(self.dates[0]) if len(self.dates) == 1 else f"{self.dates[0]} … {self.dates[-1]}"


def by_source(features: Sequence[Validated]) -> dict[str, list[Validated]]:
    """Return features grouped by their source."""
    found: dict[str, list[Validated]] = {}
    for item in features:
        found.setdefault(item.source, []).append(item)
    return found


def lacks(source: str) -> str:
    """Return the name of the column that states whether a row lacks an input of `source`."""
    return f"lacks:{source}"


def is_missing(item: Validated) -> nw.Expr:
    """Return whether a feature has no value for a reason other than too few games played."""
    is_early = (nw.col(item.origin_column) == str(Origin.EARLY)).fill_null(False)
    return lacks_value(item) & ~is_early


def of_rows(catalogue: Catalogue, rows: Lazy) -> list[Cause]:
    """Return the causes of contaminated training rows; each row counts under one cause, so that they sum to all
    rows."""
    sources = list(by_source([item for item in catalogue.features if item.is_required]))
    used = nw.col("games_used_l10").fill_null(0)
    lacks_any = any_of(nw.col(lacks(source)) for source in sources)
    first_source = nw.coalesce(*(nw.when(nw.col(lacks(source))).then(nw.lit(source)) for source in sources))
    reason = (
        nw.when(nw.col("has_other_counts"))
        .then(nw.lit("stored default counts do not match its values and origins"))
        .when(lacks_any)
        .then(nw.lit("an input is missing"))
        .otherwise(
            nw.when(used < FIRST_GAMES)
            .then(nw.lit(f"fewer than {FIRST_GAMES} games played in a year"))
            .otherwise(
                nw.when(used < FEW_GAMES)
                .then(nw.lit(f"fewer than {FEW_GAMES} games played in a year"))
                .otherwise(nw.lit("no points in any window, or too few games of team, opponent or zone"))
            )
        )
    )
    bad = rows.filter(nw.col("is_training") & nw.col("is_bad"))
    grouped = (
        bad.with_columns(what=reason, source=nw.coalesce(first_source, nw.lit("player")))
        .group_by("source", "what")
        .agg(
            nw.len().alias("rows"),
            nw.col("player_id").n_unique().alias("players"),
            first=nw.col("game_date").min(),
            last=nw.col("game_date").max(),
        )
    )
    found = catalogue.warehouse.collect(grouped).sort("rows", "source", "what", descending=[True, False, False])
    return [
        Cause(
            "row",
            row["source"],
            row["what"],
            row["players"],
            "players",
            row["rows"],
            dates=tuple(sorted({row["first"], row["last"]})),
        )
        for row in found.to_dicts()
    ]


def without_row(catalogue: Catalogue) -> pl.DataFrame:
    """Return the games of the window that were played without a feature row: month, game_date, cause, games."""
    played, features = catalogue.window("player_games"), catalogue.window("player_features")
    found = catalogue.warehouse.collect(played_without_row(played, features, catalogue.scan("player_games")))
    return found.with_columns(month=pl.col("game_date").dt.strftime("%Y-%m"))


def of_games(absent: pl.DataFrame) -> list[Cause]:
    """Return the causes of games that were played without a row, from the frame that `without_row` returns."""
    grouped = absent.group_by("cause").agg(
        pl.col("games").sum(), first=pl.col("game_date").min(), last=pl.col("game_date").max()
    )
    return [
        Cause(
            "game",
            "player",
            f"played without a row: {row['cause']}",
            row["games"],
            "games",
            0,
            dates=tuple(sorted({row["first"], row["last"]})),
        )
        for row in grouped.sort("games", "cause", descending=[True, False]).to_dicts()
    ]


def upstream(catalogue: Catalogue, rows: Lazy) -> list[Cause]:
    """Return the data missing or late upstream: box scores, lines, names; and the corrections of box scores."""
    return [*_box_scores(catalogue, rows), _line_days(catalogue, rows), *_names(catalogue), _corrections(catalogue)]


def _box_scores(catalogue: Catalogue, rows: Lazy) -> list[Cause]:
    """Return missing and partial box scores of the window, and those of the year before that rows name."""
    since = catalogue.first - dt.timedelta(days=LOOKBACK_DAYS)
    broken = catalogue.warehouse.collect(
        catalogue.scan("team_games", since, catalogue.last)
        .filter(nw.col("is_counted") & nw.col("is_final") & nw.col("box_status").is_in(list(BROKEN)))
        .group_by("game_id", "game_date")
        .agg(missing_sides=count(nw.col("box_status") == "missing"))
    )
    named = catalogue.warehouse.collect(
        rows.filter(nw.col("is_training") & (nw.col("missing_game_ids") != ""))
        .group_by("missing_game_ids", "is_bad")
        .agg(nw.len().alias("rows"))
    )
    return [
        _box_cause("box score missing", broken.filter(pl.col("missing_sides") > 0), named, catalogue.first),
        _box_cause("box score does not reconcile", broken.filter(pl.col("missing_sides") == 0), named, catalogue.first),
    ]


def _box_cause(what: str, games: pl.DataFrame, named: pl.DataFrame, first: dt.date) -> Cause:
    ids = set(games["game_id"])
    affected = [
        (row["is_bad"], int(row["rows"]))
        for row in named.to_dicts()
        if not ids.isdisjoint(row["missing_game_ids"].split(","))
    ]
    mentioned = {game for row in named["missing_game_ids"] for game in row.split(",")}
    counted = games.filter((pl.col("game_date") >= first) | pl.col("game_id").is_in(list(mentioned))).sort("game_id")
    return Cause(
        "upstream",
        "box",
        what,
        counted.height,
        "games",
        sum(rows for is_bad, rows in affected if is_bad),
        sum(rows for is_bad, rows in affected if not is_bad),
        tuple(sorted(dates_of(counted))),
        tuple(counted["game_id"].head(SHOWN)),
    )


def _line_days(catalogue: Catalogue, rows: Lazy) -> Cause:
    """Return the dates with final games and without a line; lines are optional, so their rows are only flagged."""
    dates = final_team_games(catalogue).select("game_date").unique()
    with_lines = catalogue.window("raw_lines").select("game_date").unique().with_columns(has_lines=nw.lit(1))
    trained = rows.filter(nw.col("is_training")).group_by("game_date").agg(nw.len().alias("rows"))
    without_lines = catalogue.warehouse.collect(
        dates.join(with_lines, on="game_date", how="left")
        .filter(nw.col("has_lines").is_null())
        .join(trained, on="game_date", how="left")
        .select("game_date", "rows")
    ).sort("game_date")
    days = tuple(without_lines["game_date"])
    flagged = int(without_lines["rows"].fill_null(0).sum())
    return Cause("upstream", "lines", "no lines for the date", without_lines.height, "dates", 0, flagged, days)


def _names(catalogue: Catalogue) -> list[Cause]:
    held = catalogue.warehouse.collect(
        catalogue.window("unresolved_names")
        .group_by("reason")
        .agg(
            names=nw.col("player_name").n_unique(),
            first=nw.col("game_date").min(),
            last=nw.col("game_date").max(),
            example=nw.col("player_name").min(),
            lines=nw.col("rows").sum(),
        )
    ).sort("reason")
    return [
        Cause(
            "upstream",
            "lines",
            f"name held back: {row['reason']} ({int(row['lines']):,} lines)",
            row["names"],
            "names",
            0,
            dates=tuple(sorted({row["first"], row["last"]})),
            examples=(row["example"],),
        )
        for row in held.to_dicts()
    ]


def _corrections(catalogue: Catalogue) -> Cause:
    """Return the games of the window in which a player's box score was delivered in more than one version."""
    versions = (
        catalogue.window("raw_player_box")
        .group_by("game_id", "game_date", "player_id")
        .agg(versions=nw.col("row_hash").n_unique())
        .filter(nw.col("versions") > 1)
    )
    games = catalogue.warehouse.collect(versions.select("game_id", "game_date").unique()).sort("game_id")
    return Cause(
        "upstream",
        "box",
        "box score corrected after its first delivery",
        games.height,
        "games",
        0,
        dates=tuple(sorted(dates_of(games))),
        examples=tuple(games["game_id"].head(SHOWN)),
    )
