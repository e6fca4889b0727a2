"""A stage for several markets: the same function for each market, and one result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from courtside.alerts import Alert
from courtside.league.markets import MARKET_COLUMN, POINTS, Market
from courtside.outcomes import Outcome
from courtside.pipeline.inputs import Inputs
from courtside.pipeline.stage import Recovery, Result
from courtside.warehouse.base import Change, Upsert
from courtside.warehouse.schema import Table


def with_rows(inputs: Inputs, markets: Iterable[Market], *tables: Table) -> list[Market]:
    """Return points, and each other market that has a row in one of `tables`."""
    names = {POINTS}.union(*(inputs[table][MARKET_COLUMN.name].unique() for table in tables))
    return [market for market in markets if market.name in names]


def merged(results: Mapping[Market, Result]) -> Result:
    """Return the results of the markets as one, each row with its market; points come first in `results`.

    A date has the outcome of the first market in which it is not empty. Alerts about the same cause become one.
    """
    outcomes: dict[dt.date, Outcome] = {}
    for result in results.values():
        for day, outcome in result.outcomes.items():
            if day not in outcomes or (outcomes[day].state == "empty" and outcome.state != "empty"):
                outcomes[day] = outcome
    changes = [(market, change.table, change.frame) for market, result in results.items() for change in result.changes]
    appends = [(market, row.table, row.frame) for market, result in results.items() for row in result.appends]
    return Result(
        outcomes=outcomes,
        changes=[Change(table, rows) for table, rows in _joined(changes)],
        appends=[Upsert(table, rows) for table, rows in _joined(appends)],
        notices=_notices(results),
        events=[
            event if place == 0 else f"{market.name}: {event}"
            for place, (market, result) in enumerate(results.items())
            for event in result.events
        ],
    )


def _joined(parts: Sequence[tuple[Market, Table, object]]) -> Iterable[tuple[Table, pl.DataFrame]]:
    by_table: dict[str, tuple[Table, list[pl.DataFrame]]] = {}
    for market, table, rows in parts:
        if not isinstance(rows, pl.DataFrame):
            raise TypeError(f"{table.name}: the rows of a market are a Polars frame, not {type(rows).__name__}")
        named = rows.with_columns(pl.lit(market.name).alias(MARKET_COLUMN.name))
        by_table.setdefault(table.name, (table, []))[1].append(table.conform(named))
    return [(table, pl.concat(frames)) for table, frames in by_table.values()]


def _notices(results: Mapping[Market, Result]) -> list[Alert | Recovery]:
    found = [notice for result in results.values() for notice in result.notices]
    notices: list[Alert | Recovery] = []
    for cause in dict.fromkeys(notice.cause for notice in found):
        alerts = [notice for notice in found if isinstance(notice, Alert) and notice.cause == cause]
        if alerts:
            first, body = alerts[0], "\n".join(alert.body for alert in alerts)
            notices.append(Alert(cause, first.severity, first.title, body))
        else:
            notices.append(next(notice for notice in found if notice.cause == cause))
    return notices
