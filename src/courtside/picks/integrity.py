"""Integrity of the ledger: it is complete, and published rows are never removed or changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import polars as pl

from courtside.errors import PROBLEM, CourtsideError
from courtside.picks.tables import PUBLICATIONS, PUBLISHED_PICKS, require_grain
from courtside.warehouse.schema import Table

FILLED = {
    column.name: column.filled_with
    for table in (PUBLICATIONS, PUBLISHED_PICKS)
    for column in table.columns
    if column.filled_with is not None
}
"""Columns with the value that rows had before the column existed; content hashes leave such a value out."""


class LedgerBrokenError(CourtsideError):
    """Published rows are missing from the ledger or were changed."""

    exit_code = PROBLEM


def restore_hint(date: object) -> str:
    """Return the instruction for a date whose published rows were changed."""
    return (
        "They were changed outside Courtside; restore the warehouse from a copy made before, then run "
        f"`courtside export --date {date}`."
    )


def with_content_hash(publications: pl.DataFrame, picks: pl.DataFrame) -> pl.DataFrame:
    """Return `publications` with `content_hash`, the SHA-256 of each row and of the picks of its version.

    Each value is hashed with the name of its column. NULL is left out, as is a value that rows had before its column
    existed, so a column added later does not change a hash.
    """
    columns = [name for name in PUBLICATIONS.column_names if name != "content_hash"]
    rows = publications.select(columns).sort(PUBLICATIONS.key)
    hashes = {version: hashlib.sha256(content) for version, content in _contents(rows)}
    for version, content in _contents(picks.select(PUBLISHED_PICKS.column_names).sort(PUBLISHED_PICKS.key)):
        if sha256 := hashes.get(version):
            sha256.update(content)
    digests = [sha256.hexdigest() for sha256 in hashes.values()]
    return rows.with_columns(content_hash=pl.Series(digests, dtype=pl.String))


def _contents(rows: pl.DataFrame) -> Iterator[tuple[tuple[object, object], bytes]]:
    """Yield game_date and version of each row, and its named values in order of the names."""
    names = sorted(rows.columns)
    filled = [FILLED.get(name) for name in names]
    date, version = names.index("game_date"), names.index("version")
    for row in rows.select(names).iter_rows():
        kept = [
            (name, value)
            for name, value, default in zip(names, row, filled, strict=True)
            if value is not None and value != default
        ]
        yield (row[date], row[version]), repr(kept).encode()


def verify_ledger(publications: pl.DataFrame, picks: pl.DataFrame) -> None:
    """Refuse a ledger that is not complete.

    Versions must count from 1, and each must have the number of picks and the content hash that its publication states.

    Raises:
        LedgerBrokenError: naming the first date and version that is wrong.
        GrainError: where a publication or a pick exists twice.
    """
    require_grain(publications, PUBLICATIONS.key, "publications")
    require_grain(picks, PUBLISHED_PICKS.key, "published picks")
    held = picks.group_by("game_date", "version").agg(pl.len().cast(pl.Int64).alias("held"))
    both = publications.select("game_date", "version", "picks").join(
        held, on=["game_date", "version"], how="full", coalesce=True
    )
    wrong = both.filter(pl.col("picks").is_null() | (pl.col("picks") != pl.col("held").fill_null(0))).sort(
        "game_date", "version"
    )
    if wrong.height:
        row = wrong.row(0, named=True)
        raise LedgerBrokenError(
            f"published picks of {row['game_date']} version {row['version']}: the ledger holds "
            f"{row['held'] or 0}, and the publication states {row['picks']}. "
            f"{restore_hint(row['game_date'])}"
        )
    _require_unbroken_versions(publications)
    _require_content_hashes(publications, picks)


def _require_content_hashes(publications: pl.DataFrame, picks: pl.DataFrame) -> None:
    computed = with_content_hash(publications, picks)
    stored = publications.select("game_date", "version", stored="content_hash")
    both = computed.join(stored, on=["game_date", "version"]).sort("game_date", "version")
    wrong = both.filter(pl.col("content_hash").ne_missing(pl.col("stored")))
    if wrong.height:
        row = wrong.row(0, named=True)
        raise LedgerBrokenError(
            f"publication of {row['game_date']}, version {row['version']}: its content hash differs from that of its "
            f"rows. {restore_hint(row['game_date'])} `courtside migrate` adds hashes to a home that has none."
        )


def _require_unbroken_versions(publications: pl.DataFrame) -> None:
    gaps = (
        publications.group_by("game_date")
        .agg(pl.len().alias("held"), pl.col("version").max().alias("last"))
        .filter(pl.col("held") != pl.col("last"))
        .sort("game_date")
    )
    if gaps.height:
        date, held, last = gaps.row(0)
        raise LedgerBrokenError(
            f"publications of {date}: {held} versions are stored, and the last is number {last}. {restore_hint(date)}"
        )


def require_append_only(before: pl.DataFrame, after: pl.DataFrame, table: Table) -> None:
    """Refuse `after` unless it holds every row of `before` unchanged.

    Raises:
        LedgerBrokenError: naming the table and the first key that is missing or changed.
    """
    columns = list(table.column_names)
    missing = before.join(after, on=columns, how="anti", nulls_equal=True).sort(table.key)
    if missing.height:
        key = ", ".join(f"{name} {value}" for name, value in missing.select(table.key).row(0, named=True).items())
        raise LedgerBrokenError(
            f"{table.name}: {missing.height} rows are missing or changed, first {key}; this table is append-only"
        )


def require_counted(publications: pl.DataFrame, counted: pl.DataFrame) -> None:
    """Refuse `counted` picks whose number on a date differs from that of the date's last publication.

    `publications` holds the versions of these dates. The check runs before a file is built. It finds a view without
    old days, a failed query that returned an empty frame, and removed picks.

    Raises:
        LedgerBrokenError: naming the first date that differs.
    """
    last = publications.sort("game_date", "version").unique("game_date", keep="last", maintain_order=True)
    held = counted.group_by("game_date").agg(pl.len().cast(pl.Int64).alias("held"))
    both = last.select("game_date", "picks").join(held, on="game_date", how="full", coalesce=True)
    wrong = both.filter(pl.col("picks").fill_null(-1) != pl.col("held").fill_null(0)).sort("game_date")
    if wrong.height:
        date, picks, held_rows = wrong.row(0)
        raise LedgerBrokenError(
            f"picks of {date}: {picks} were published, and the export received {held_rows or 0} "
            f"({wrong.height} dates differ); nothing was exported. Run `courtside export --date {date}` again"
        )
