"""A small table and rows of it, for tests of the write."""

from __future__ import annotations

import datetime as dt

import polars as pl

from courtside.warehouse.schema import Table, boolean, date, integer, real, text, timestamp

DAYS = tuple(dt.date(2026, 1, day) for day in range(1, 8))

SHOWS = Table(
    "shows",
    "analytics",
    "A sample table.",
    (
        date("game_date", "Game date."),
        text("name", "Who.", allowed=("ann", "bob", "it's")),
        integer("points", "How many.", nullable=True, minimum=0, maximum=99),
        real("share", "Of all.", nullable=True),
        boolean("is_home", "Whether at home.", nullable=True),
        timestamp("at", "When.", nullable=True),
    ),
    key=("game_date", "name"),
)

LOG = Table(
    "log",
    "picks",
    "A sample append-only table.",
    (date("game_date", "Game date."), integer("version", "Which.", minimum=1), text("why", "Why.", nullable=True)),
    key=("game_date", "version"),
)

NOTES = Table(
    "notes",
    "orchestration",
    "A sample ledger.",
    (date("game_date", "Game date."), text("stage", "Stage."), integer("rows", "Rows."), text("hash", "Hash.")),
    key=("game_date", "stage"),
)

TABLES = (SHOWS, LOG, NOTES)


def shows(*rows: tuple[dt.date, str, int | None]) -> pl.DataFrame:
    """Return rows of `SHOWS` from day, name and points."""
    return SHOWS.conform(
        pl.DataFrame(
            [
                {
                    "game_date": day,
                    "name": name,
                    "points": points,
                    "share": None if points is None else points / 3,
                    "is_home": name == "ann",
                    "at": dt.datetime(2026, 1, 1, 12, 0, 0, 123456),
                }
                for day, name, points in rows
            ],
            schema=SHOWS.polars_schema,
        )
    )


def log(*rows: tuple[dt.date, int]) -> pl.DataFrame:
    """Return rows of `LOG`."""
    return pl.DataFrame([(*row, None) for row in rows], schema=LOG.polars_schema, orient="row")
