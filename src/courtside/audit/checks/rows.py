"""Relations and conditions that several checks share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import narwhals as nw
import polars as pl

from courtside.audit.checks.base import Catalogue, count
from courtside.quality.origins import DEFAULT_ORIGINS, VALUE_ORIGINS, Origin
from courtside.quality.post_write import Validated
from courtside.warehouse.base import Lazy

PLAYER_GAME = ["game_id", "player_id"]
STARTER_POINTS, ROTATION_POINTS = 15, 5
"""Season averages in points, known before the game, from which a player counts as starter and as rotation player."""
BROKEN = ("missing", "partial")
SHOWN = ["subset_key", "player_id", "team_id", "opponent_team_id", "prediction", "line", "direction"]
"""Columns of a published pick that the date's public file shows."""
USABLE_TIMINGS = ("pre_tip", "untimed")


def any_of(conditions: Iterable[nw.Expr]) -> nw.Expr:
    """Return whether one of several conditions holds; NULL counts as false."""
    found = nw.lit(False)
    for condition in conditions:
        found = found | condition.fill_null(False)
    return found


def is_valued(origin: nw.Expr) -> nw.Expr:
    """Return whether an origin comes with a value."""
    return origin.is_in([str(kind) for kind in VALUE_ORIGINS]).fill_null(False)


def is_default(origin: nw.Expr) -> nw.Expr:
    """Return whether an origin means that the feature has no value; a NULL origin does."""
    return origin.is_in([str(kind) for kind in DEFAULT_ORIGINS]).fill_null(False) | origin.is_null()


def lacks(feature: Validated) -> nw.Expr:
    """Return whether a feature has no value, by value and origin; an unavailable feature does not count as lacking."""
    value, origin = nw.col(feature.name), nw.col(feature.origin_column)
    is_unavailable = (origin == str(Origin.UNAVAILABLE)).fill_null(False)
    return is_default(origin) | ((value.is_null() | value.is_nan().fill_null(False)) & ~is_unavailable)


def is_contaminated(features: Sequence[Validated]) -> nw.Expr:
    """Return whether a row lacks a required feature, by its values and origins, or by a stored count that is not 0."""
    required = nw.col("required_default_count")
    return any_of(lacks(item) for item in features if item.is_required) | required.is_null() | (required != 0)


def has_other_counts(features: Sequence[Validated]) -> nw.Expr:
    """Return whether a row's stored default counts differ from its values and origins."""
    pairs = {
        "default_feature_count": features,
        "required_default_count": [item for item in features if item.is_required],
    }
    return any_of(
        nw.col(name).fill_null(-1)
        != nw.sum_horizontal(*(nw.when(lacks(item)).then(nw.lit(1)).otherwise(nw.lit(0)) for item in own))
        for name, own in pairs.items()
    )


def damaged_dates(catalogue: Catalogue, tables: Iterable[str] = (), start: dt.date | None = None) -> pl.DataFrame:
    """Return table and game_date of the stored dates that differ from what the grid recorded, up to the window's end.

    `tables` limits them to these tables, and `start` to dates from it on; without them, all damaged dates are returned.
    """
    found = catalogue.stored.damaged.filter(pl.col("is_known").fill_null(False))
    wanted = list(tables)
    if wanted:
        found = found.filter(pl.col("table").is_in(wanted))
    if start:
        found = found.filter(pl.col("game_date").is_between(start, catalogue.last))
    return found.select("table", "game_date").sort("table", "game_date")


def dates_by_table(damaged: pl.DataFrame) -> str:
    """Return the damaged tables and their dates as one line."""
    grouped = damaged.group_by("table").agg(n=pl.len(), first=pl.col("game_date").min(), last=pl.col("game_date").max())
    return "; ".join(
        f"{table}: {first}" if n == 1 else f"{table}: {n} dates from {first} to {last}"
        for table, n, first, last in grouped.sort("table").iter_rows()
    )


def training_window(first: dt.date, until: dt.date) -> dt.date:
    """Return the default start of a season's training window: its first November day, or else its first game date."""
    november = dt.date(first.year, 11, 1)
    return november if first <= november <= until else first


def training_rows(catalogue: Catalogue) -> Lazy:
    """Return the feature rows of the window whose player played: the rows that a model could be trained on."""
    played = catalogue.window("player_games").filter(nw.col("did_play")).select(*PLAYER_GAME, actual="points")
    return catalogue.window("player_features").join(played, on=PLAYER_GAME, how="inner")


def prepared_dates(catalogue: Catalogue) -> Lazy:
    """Return the dates of the window for which rows were computed."""
    return catalogue.window("gate_verdicts").filter(nw.col("rows") > 0).select("game_date")


def final_team_games(catalogue: Catalogue) -> Lazy:
    """Return the team games of the window that count and are final."""
    return catalogue.window("team_games").filter(nw.col("is_counted") & nw.col("is_final"))


def rows_a_date(catalogue: Catalogue) -> Lazy:
    """Return game_date, games and rows of every date of the window for which rows were computed."""
    games = (
        catalogue.window("team_games")
        .filter(nw.col("is_counted"))
        .group_by("game_date")
        .agg(games=nw.col("game_id").n_unique())
    )
    rows = catalogue.window("player_features").group_by("game_date").agg(nw.len().alias("rows"))
    return (
        prepared_dates(catalogue)
        .join(games, on="game_date", how="inner")
        .join(rows, on="game_date", how="left")
        .with_columns(rows=nw.col("rows").fill_null(0))
    )


def kept_rows(catalogue: Catalogue) -> Lazy:
    """Return recorded and stored row counts, per date of the window whose feature cell is complete."""
    stored = catalogue.window("player_features").group_by("game_date").agg(nw.len().alias("feature_rows"))
    verdicts = catalogue.window("gate_verdicts").group_by("game_date").agg(nw.len().alias("verdict_rows"))
    return (
        catalogue.window("grid")
        .filter((nw.col("stage") == "features") & (nw.col("state") == "complete"))
        .select("game_date", recorded="rows")
        .join(stored, on="game_date", how="left")
        .join(verdicts, on="game_date", how="left")
        .with_columns(stored=nw.col("feature_rows").fill_null(0) + nw.col("verdict_rows").fill_null(0))
    )


def usable_lines(lines: Lazy) -> Lazy:
    """Return game_id, player_id and a column `is_quoted` of the player games with a pre-tip line."""
    usable = lines.filter(nw.col("timing").is_in(list(USABLE_TIMINGS))).select(*PLAYER_GAME).unique()
    return usable.with_columns(is_quoted=nw.lit(True))


def distinct(name: str, condition: nw.Expr) -> nw.Expr:
    """Return the number of distinct values of `name` among the rows that meet a condition."""
    return nw.when(condition).then(nw.col(name)).n_unique() - nw.when(count(~condition) > 0).then(nw.lit(1)).otherwise(
        nw.lit(0)
    )


def changed_in_public(catalogue: Catalogue) -> Lazy:
    """Return game_date and published_at of each date's last version that changed the content of its public file.

    A version that changes only a price or a probability does not change that file, and the file is not written again.
    """
    publications, picks = catalogue.window("publications"), catalogue.window("published_picks")
    key, content = ["game_date", "version"], ["model_code", "signal"]
    versions = publications.select(*key, "published_at", *(nw.col(name).fill_null("") for name in content))
    shown = picks.select(*key, *SHOWN)
    before = versions.select(*key, **{f"{name}_before": nw.col(name) for name in content})
    both = versions.join(_next_version(before), on=key, how="left")
    is_other = any_of(nw.col(name) != nw.col(f"{name}_before") for name in content) | nw.col("signal_before").is_null()
    changes = [
        both.filter(is_other).select(key),
        _without(shown, _next_version(shown)).select(key),
        _without(_next_version(shown), shown).select(key),
    ]
    return (
        versions.join(nw.concat(changes).unique(), on=key, how="inner")
        .group_by("game_date")
        .agg(published_at=nw.col("published_at").max())
    )


def _next_version(rows: Lazy) -> Lazy:
    """Return rows with the number of the next version."""
    return rows.with_columns(version=nw.col("version") + 1)


def _without(rows: Lazy, others: Lazy) -> Lazy:
    """Return the picks that are not among `others`."""
    on = ["game_date", "version", *SHOWN]
    return rows.join(others.with_columns(is_there=nw.lit(True)), on=on, how="left").filter(nw.col("is_there").is_null())
