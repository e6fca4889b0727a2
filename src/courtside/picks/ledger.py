"""The ledger of published picks: versions of each date, which are only ever added; picks of a begun game never change.

The version that counts for a game is the last one that was published before its tip-off. A BACKTEST date is published
once, after its first tip-off, and that version counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import polars as pl

from courtside.clock import EARLIEST_TIP_OFF, EASTERN
from courtside.league.markets import POINTS
from courtside.picks.integrity import verify_ledger, with_content_hash
from courtside.picks.tables import BACKTEST, LIVE, PUBLICATIONS, PUBLISHED_PICKS, require_grain

CONTENT = tuple(
    name for name in PUBLISHED_PICKS.column_names if name not in ("version", "published_at", "kind", "rank")
)
"""Columns that define a pick's content. Rank is left out because it follows from the composite score."""
SIGNAL_CONTENT = ("signal", "skew", "pct_over", "high_edge", "predictions_with_line", "model_code")


@dataclass(frozen=True)
class _Decision:
    """The dates to publish, with their last version, and the picks to publish on them."""

    dates: pl.DataFrame
    picks: pl.DataFrame


def plan_publications(
    candidates: pl.DataFrame,
    signals: pl.DataFrame,
    dates: Iterable[dt.date],
    publications: pl.DataFrame,
    picks: pl.DataFrame,
    *,
    now: dt.datetime,
    tips: pl.DataFrame,
    begun: Collection[str] = (),
    market: str = POINTS,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows to append to `publications` and to `published_picks` for `dates`.

    A date without a publication gets its first, even where there are no picks. A later version keeps the picks of begun
    games and selects all other picks again. It is appended only if its content differs, its time is not before that of
    the last version, and the date has predictions.

    Args:
        candidates: the frame of `subsets.qualified`. It holds all picks that qualify, also those beyond a subset's top:
            they fill places of candidates whose game has begun.
        signals: the frame of `daily_signals`.
        dates: the game dates to publish.
        publications: all stored publications of these dates.
        picks: all stored picks of these dates.
        now: UTC, without a time zone.
        tips: one row per game of these dates: game_id, game_date, tip_at (NULL counts as noon Eastern).
        begun: games that have begun, whatever the clock shows.
        market: the market of the candidates, and of the stored publications and picks.

    Raises:
        LedgerBrokenError: where the stored ledger is not complete.
        GrainError: where candidates, signals or tips have duplicate keys.
    """
    verify_ledger(publications, picks)
    candidates = candidates.with_columns(market=pl.lit(market))
    require_grain(candidates, ("game_date", "subset_key", "player_id"), "candidates")
    require_grain(signals, ("game_date",), "signals")
    games = _games(tips, candidates, picks, now, begun)
    days = _days(pl.Series("game_date", list(dates), dtype=pl.Date), games, publications, signals, now)
    proposed = _decide(candidates, days, games, counted(publications, picks), now)
    changed = _changed(proposed, publications, picks)
    rows = _pick_rows(changed)
    decided = _publication_rows(changed, _last_picks(changed, picks), publications, now)
    decided = decided.with_columns(market=pl.lit(market)).sort(PUBLICATIONS.key)
    return PUBLICATIONS.conform(with_content_hash(decided, rows)), rows


def counted(publications: pl.DataFrame, picks: pl.DataFrame) -> pl.DataFrame:
    """Return the picks that count, sorted by the table's key: for each game, those of the version that counts.

    The tip-off of a game is the earliest that any of its published picks has, or noon Eastern where one has none. A
    later change of the schedule therefore never changes which picks count.

    Raises:
        GrainError: where a publication or a pick exists twice.
    """
    require_grain(publications, PUBLICATIONS.key, "publications")
    require_grain(picks, PUBLISHED_PICKS.key, "published picks")
    first = publications.filter(pl.col("version") == 1).select("game_date", date_kind="kind")
    games = picks.group_by("game_date", "game_id").agg(starts_at().min().alias("starts_at"))
    versions = publications.select("game_date", "version", "published_at").join(first, on="game_date", validate="m:1")
    in_time = (pl.col("published_at") < pl.col("starts_at")) & (pl.col("date_kind") == LIVE)
    chosen = (
        games.join(versions, on="game_date")
        .group_by("game_date", "game_id")
        .agg(pl.col("version").filter(in_time).max().fill_null(1).alias("version"))
    )
    return (
        picks.join(chosen, on=["game_date", "game_id", "version"], validate="m:1")
        .select(picks.columns)
        .sort(PUBLISHED_PICKS.key)
    )


def starts_at(tip: str = "tip_at") -> pl.Expr:
    """Return the tip-off, or noon Eastern of `game_date` where it is not known."""
    noon = (
        pl.col("game_date")
        .dt.combine(EARLIEST_TIP_OFF)
        .dt.replace_time_zone(EASTERN.key)
        .dt.convert_time_zone("UTC")
        .dt.replace_time_zone(None)
        .dt.cast_time_unit("us")
    )
    return pl.coalesce(pl.col(tip).cast(pl.Datetime("us")), noon)


def _games(
    tips: pl.DataFrame, candidates: pl.DataFrame, picks: pl.DataFrame, now: dt.datetime, begun: Collection[str]
) -> pl.DataFrame:
    """Return each game's earliest known tip-off: game_date, game_id, starts_at, has_begun."""
    columns = ("game_date", "game_id", "tip_at")
    require_grain(tips, ("game_date", "game_id"), "tip-offs")
    unlisted = candidates.select(columns).join(tips, on=["game_date", "game_id"], how="anti")
    known = pl.concat([tips.select(columns), unlisted, picks.select(columns)], how="vertical_relaxed")
    return (
        known.group_by("game_date", "game_id")
        .agg(starts_at().min().alias("starts_at"))
        .with_columns(has_begun=(pl.col("starts_at") <= now) | pl.col("game_id").is_in(list(begun)))
    )


def _days(
    dates: pl.Series, games: pl.DataFrame, publications: pl.DataFrame, signals: pl.DataFrame, now: dt.datetime
) -> pl.DataFrame:
    """Return the dates to publish: signal columns, last (version, 0 for none), kind and ahead (games not begun)."""
    slate = games.group_by("game_date").agg(
        pl.col("starts_at").min().alias("first_tip"),
        (~pl.col("has_begun")).sum().cast(pl.Int64).alias("ahead"),
        pl.col("has_begun").any().alias("is_late"),
    )
    published = publications.group_by("game_date").agg(
        pl.col("version").max().alias("last"),
        pl.col("kind").sort_by("version").first().alias("stored_kind"),
        pl.col("published_at").max().alias("last_at"),
    )
    days = dates.unique().to_frame().join(slate, on="game_date", how="left", validate="1:1")
    days = days.join(published, on="game_date", how="left", validate="1:1")
    days = days.join(signals.with_columns(has_predictions=True), on="game_date", how="left", validate="1:1")
    is_early = (now < starts_at("first_tip")) & ~pl.col("is_late").fill_null(False)
    first_kind = pl.when(is_early).then(pl.lit(LIVE)).otherwise(pl.lit(BACKTEST))
    days = days.with_columns(
        pl.col("last").fill_null(0),
        pl.coalesce("stored_kind", first_kind).alias("kind"),
        pl.col("ahead", "high_edge", "predictions_with_line").fill_null(0),
    )
    may_republish = (
        (pl.col("kind") == LIVE) & (pl.col("ahead") > 0) & (pl.col("last_at") <= now) & pl.col("has_predictions")
    )
    return days.filter((pl.col("last") == 0) | may_republish.fill_null(False)).sort("game_date")


def _decide(
    candidates: pl.DataFrame,
    days: pl.DataFrame,
    games: pl.DataFrame,
    current_picks: pl.DataFrame,
    now: dt.datetime,
) -> _Decision:
    keys = ["game_date", "game_id"]
    last_versions = days.select("game_date", "last")
    begun = games.filter("has_begun").select(keys)
    carried = current_picks.join(last_versions, on="game_date", validate="m:1").join(begun, on=keys, how="semi")
    is_open = (pl.col("last") == 0) | ~pl.col("has_begun")
    fresh = (
        candidates.join(last_versions, on="game_date", validate="m:1")
        .join(games, on=keys, validate="m:1")
        .filter(is_open)
        .with_columns(published_at=pl.lit(now, dtype=pl.Datetime("us")), kind=_pick_kind(now))
    )
    columns = [name for name in PUBLISHED_PICKS.column_names if name != "version"]
    return _Decision(
        days,
        pl.concat(
            [frame.select(*columns, "last") for frame in (carried, _within_top(fresh, carried))],
            how="vertical_relaxed",
        ),
    )


def _pick_kind(now: dt.datetime) -> pl.Expr:
    is_live = (pl.col("starts_at") > now) & ~pl.col("has_begun") & (pl.col("line_timing") == "pre_tip").fill_null(False)
    return pl.when(is_live).then(pl.lit(LIVE)).otherwise(pl.lit(BACKTEST))


def _within_top(fresh: pl.DataFrame, carried: pl.DataFrame) -> pl.DataFrame:
    """Return the `fresh` picks that fit into their subset's top after the `carried` picks."""
    key = ["game_date", "subset_key"]
    taken = carried.group_by(key).agg(pl.len().cast(pl.Int64).alias("taken"))
    ordered = fresh.join(taken, on=key, how="left", validate="m:1").sort(*key, "rank", "player_id")
    places = (
        ordered.group_by(key, maintain_order=True)
        .agg(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("place"))
        .explode("place")
    )
    place = places["place"] + ordered["taken"].fill_null(0)
    ordered = ordered.with_columns(place.alias("place"))
    return ordered.filter(pl.col("top").is_null() | (pl.col("place") <= pl.col("top")))


def _changed(proposed: _Decision, publications: pl.DataFrame, picks: pl.DataFrame) -> _Decision:
    """Return the dates without a publication or with content that differs from the last version, and their picks."""
    last = proposed.dates.select("game_date", version="last")
    current_picks = _last_picks(proposed, picks)
    signals = publications.join(last, on=["game_date", "version"], how="semi")
    different = pl.concat(
        [
            proposed.dates.filter(pl.col("last") == 0).select("game_date"),
            _differences(proposed.picks, current_picks, CONTENT),
            _differences(proposed.dates, signals, ("game_date", *SIGNAL_CONTENT)),
        ]
    ).unique()
    return _Decision(
        proposed.dates.join(different, on="game_date", how="semi"),
        proposed.picks.join(different, on="game_date", how="semi"),
    )


def _last_picks(decided: _Decision, picks: pl.DataFrame) -> pl.DataFrame:
    return picks.join(decided.dates.select("game_date", version="last"), on=["game_date", "version"], how="semi")


def _reasons(decided: _Decision, before: pl.DataFrame, publications: pl.DataFrame) -> pl.DataFrame:
    """Return the reason for each new version: game_date and why, such as `1 added, 2 with another line`."""
    key = ["game_date", "subset_key", "player_id"]
    content = [name for name in CONTENT if name not in key]
    old = before.select(*key, *(pl.col(name).alias(f"{name}_before") for name in content), was_there=True)
    both = decided.picks.select(*key, *content, is_there=True).join(old, on=key, how="full", coalesce=True)
    stays = pl.col("is_there") & pl.col("was_there")
    is_moved = stays & pl.col("line").ne_missing(pl.col("line_before"))
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in content)
    kinds = {
        "added": pl.col("was_there").is_null(),
        "removed": pl.col("is_there").is_null(),
        "with another line": is_moved,
        "with another prediction, price or tip-off": stays & differs & ~is_moved,
    }
    counts = both.group_by("game_date").agg(expr.fill_null(False).sum().alias(name) for name, expr in kinds.items())
    last = publications.sort("version").unique("game_date", keep="last").select("game_date", "signal", "model_code")
    days = decided.dates.join(counts, on="game_date", how="left").join(last, on="game_date", how="left", suffix="_old")
    why = {}
    for row in days.filter(pl.col("last") > 0).iter_rows(named=True):
        parts = [f"{row[name]} {name}" for name in kinds if row[name]]
        for name, word in (("signal", "signal"), ("model_code", "champion")):
            if row[name] != row[f"{name}_old"]:
                parts.append(f"{word} changed from {row[f'{name}_old'] or 'none'} to {row[name] or 'none'}")
        why[row["game_date"]] = ", ".join(parts) or "the figures behind the signal changed"
    return pl.DataFrame(
        {"game_date": list(why), "why": list(why.values())}, schema={"game_date": pl.Date, "why": pl.String}
    )


def _differences(new: pl.DataFrame, old: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    on = list(columns)
    sides = [
        new.join(old, on=on, how="anti", nulls_equal=True),
        old.join(new, on=on, how="anti", nulls_equal=True),
    ]
    return pl.concat([side.select("game_date") for side in sides])


def _publication_rows(
    decided: _Decision, before: pl.DataFrame, publications: pl.DataFrame, now: dt.datetime
) -> pl.DataFrame:
    held = decided.picks.group_by("game_date").agg(pl.len().cast(pl.Int64).alias("picks"))
    reason = (
        pl.when(pl.col("last") > 0)
        .then(pl.format("picks: {}; decided again with {} games ahead", "why", "ahead"))
        .when(pl.col("kind") == LIVE)
        .then(pl.lit("first publication, before the first tip-off"))
        .otherwise(pl.lit("first publication, after the first tip-off"))
    )
    dates = decided.dates.join(_reasons(decided, before, publications), on="game_date", how="left", validate="1:1")
    return dates.join(held, on="game_date", how="left", validate="1:1").with_columns(
        pl.col("picks").fill_null(0),
        version=pl.col("last") + 1,
        published_at=pl.lit(now, dtype=pl.Datetime("us")),
        reason=reason,
    )


def _pick_rows(decided: _Decision) -> pl.DataFrame:
    rows = decided.picks.with_columns(version=pl.col("last") + 1)
    return PUBLISHED_PICKS.conform(rows).sort(PUBLISHED_PICKS.key)
