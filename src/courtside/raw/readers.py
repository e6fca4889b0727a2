"""Readers of a provider's text columns as typed columns; each gives NULL where the text is not valid."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from courtside.raw.columns import Reader, Source

_LARGEST_WHOLE = 2.0**53
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_FRACTION = r"(?:\.[0-9]{1,9})?"
MINUTES_AND_SECONDS = r"^(?:PT)?(\d{1,3})(?:\.0+)?[:M]([0-5]?\d)(?:\.\d+)?S?$"
_TIME = rf"[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}{_FRACTION}"
_MIDNIGHT = rf"(?:[T ]00:00(?::00{_FRACTION})?Z?)?"
_INSTANT = "%Y-%m-%dT%H:%M:%S%.f"


def as_written(text: pl.Expr) -> pl.Expr:
    """Return the text unchanged, NULL where it is blank."""
    return pl.when(text.str.strip_chars() != "").then(text)


def trimmed(text: pl.Expr) -> pl.Expr:
    """Return the text without surrounding spaces, NULL where it is empty."""
    return as_written(text.str.strip_chars())


def whole_number(text: pl.Expr) -> pl.Expr:
    """Return integers; `26.0`, as a spreadsheet writes 26, is accepted, and `26.5` is not."""
    plain = text.str.strip_chars()
    loose = plain.cast(pl.Float64, strict=False)
    is_whole = (loose == loose.floor()) & (loose.abs() < _LARGEST_WHOLE)
    return pl.coalesce(plain.cast(pl.Int64, strict=False), pl.when(is_whole).then(loose).cast(pl.Int64, strict=False))


def minutes_played(text: pl.Expr) -> pl.Expr:
    """Return whole minutes of `34`, and of `34:12`, `34.000000:12` or `PT34M12.00S`, rounded."""
    clock = text.str.strip_chars().str.extract_groups(MINUTES_AND_SECONDS).struct
    seconds = 60 * clock[0].cast(pl.Int64, strict=False) + clock[1].cast(pl.Int64, strict=False)
    return pl.coalesce(whole_number(text), (seconds + 30) // 60)


def real_number(text: pl.Expr) -> pl.Expr:
    """Return finite floats."""
    number = text.str.strip_chars().cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def truth(text: pl.Expr) -> pl.Expr:
    """Return booleans, written true or false, 1 or 0."""
    known = {"true": True, "1": True, "false": False, "0": False}
    plain = text.str.strip_chars().str.to_lowercase()
    return plain.replace_strict(known, default=None, return_dtype=pl.Boolean)


def game_id(text: pl.Expr) -> pl.Expr:
    """Return ten-digit game ids as `parse_game_id` does, with leading zeros that a spreadsheet dropped."""
    padded = text.str.strip_chars().str.zfill(10)
    return pl.when(padded.str.contains(r"^00[1-6][0-9]{7}$")).then(padded)


def iso_date(text: pl.Expr) -> pl.Expr:
    """Return the dates of `2024-10-22`, with or without a midnight after it."""
    day = text.str.strip_chars().str.extract(rf"^({_DAY}){_MIDNIGHT}$", 1)
    return day.str.to_date("%Y-%m-%d", strict=False)


def month_first_date(text: pl.Expr) -> pl.Expr:
    """Return the dates of `10-22-2024`."""
    day = text.str.strip_chars().str.extract(r"^([0-9]{2}-[0-9]{2}-[0-9]{4})$", 1)
    return day.str.to_date("%m-%d-%Y", strict=False)


def compact_date(text: pl.Expr) -> pl.Expr:
    """Return the dates of `20241022`."""
    return text.str.strip_chars().str.extract(r"^([0-9]{8})$", 1).str.to_date("%Y%m%d", strict=False)


def utc_instant(text: pl.Expr) -> pl.Expr:
    """Return instants such as `2024-10-22T23:30:00Z` without a zone; an instant without an offset counts as UTC."""
    plain = text.str.strip_chars().str.replace(" ", "T", literal=True)
    naive = plain.str.extract(rf"^({_DAY}T{_TIME})(?:Z|\+00:00)?$", 1)
    offset = plain.str.extract(rf"^({_DAY}T{_TIME}[+-][0-9]{{2}}:[0-9]{{2}})$", 1)
    zoned = offset.str.to_datetime(f"{_INSTANT}%:z", strict=False, time_unit="us")
    return pl.coalesce(naive.str.to_datetime(_INSTANT, strict=False, time_unit="us"), zoned.dt.replace_time_zone(None))


def one_of(spellings: dict[str, str]) -> Reader:
    """Return a reader that accepts fixed words only; `spellings` maps each lower-case word to its value."""

    def read(text: pl.Expr) -> pl.Expr:
        plain = text.str.strip_chars().str.to_lowercase()
        return plain.replace_strict(spellings, default=None, return_dtype=pl.String)

    return read


def wholes(names: Sequence[tuple[str, str]]) -> tuple[Source, ...]:
    """Return the sources of whole-number columns, from pairs of the provider's name and the raw table's name."""
    return tuple(Source(name, target, whole_number, "a whole number") for name, target in names)
