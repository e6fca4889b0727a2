"""Ingestion: store the bytes of payloads, parse them, add new row versions, and report on each payload."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from typing import cast

import numpy as np
import polars as pl

from courtside.errors import PayloadRefusedError, StorageError, WarehouseBusyError
from courtside.raw import parse_all
from courtside.raw.parsed import Parsed
from courtside.raw.tables import NATURAL_KEYS, PAYLOAD_LOG, RAW_TABLES
from courtside.raw.versions import READ_AGAIN, SEQ, new_versions, with_row_hash
from courtside.sources.payload import Payload
from courtside.sources.store import PayloadStore
from courtside.warehouse.base import Upsert, Warehouse
from courtside.warehouse.schema import Table

BATCH, BATCH_BYTES = 250, 64 * 2**20
"""Most payloads, and most bytes, that are held in memory and written in one transaction."""

WRITERS = 8
"""Payloads that are stored in parallel: the file system flushes several files in the time of one."""

PARSERS, SHARE_BYTES = 2, 4 * 2**20
"""Shares of a batch that are parsed in parallel, and the bytes at which a share of several payloads is full."""


@dataclass(frozen=True)
class Report:
    """The result of ingesting one payload."""

    name: str
    payload_id: str
    kind: str | None
    status: str
    rows_read: int = 0
    rows_new: int = 0
    rows_known: int = 0
    rows_refused: int = 0
    reason: str | None = None


def unread_report(name: str, reason: str) -> Report:
    """Return the report of a file that could not be read and therefore has no payload."""
    return Report(name, "", None, "refused", reason=reason)


@dataclass(frozen=True)
class _Arrival:
    payload: Payload
    report: Report
    parsed: Parsed | None
    is_read_again: bool = False


def ingest(payloads: Iterable[Payload], warehouse: Warehouse, store: PayloadStore) -> Iterator[Report]:
    """Ingest payloads and yield a report for each, in order.

    The bytes are stored before they are parsed, including those of refused payloads. Rows that equal the current
    version add nothing. Rows that differ from it add a version that is known from the payload's `fetched_at`, or from
    just after the newest version of the key where that is later. A payload that cannot be parsed, or whose rows cannot
    be stored, is refused, and the others are still ingested.
    """
    seen, refused, seq = _known_payloads(warehouse)
    with ThreadPoolExecutor(WRITERS) as writers, ThreadPoolExecutor(PARSERS) as parsers:
        for batch in _batched(payloads, BATCH, BATCH_BYTES):
            for payload, is_new in zip(batch, list(writers.map(store.write, batch)), strict=True):
                if is_new:
                    store.note(payload)
            unseen = [place for place, payload in enumerate(batch) if payload.payload_id not in seen]
            shares = parsers.map(parse_all, _batched((batch[place] for place in unseen), BATCH, SHARE_BYTES))
            parsed = dict(zip(unseen, chain.from_iterable(shares), strict=True))
            arrivals = []
            for place, payload in enumerate(batch):
                arrival = _arrive(payload, None if payload.payload_id in seen else parsed[place])
                arrivals.append(replace(arrival, is_read_again=payload.payload_id in refused))
                if arrivals[-1].report.status in {"ingested", "empty"}:
                    seen.add(payload.payload_id)
            reports = _write_or_refuse(arrivals, warehouse, seq)
            seq += len(reports)
            yield from reports
            del batch, unseen, shares, parsed, arrivals


def _batched(payloads: Iterable[Payload], most: int, most_bytes: int) -> Iterator[tuple[Payload, ...]]:
    """Yield payloads in order, as many at a time as reach one of the two limits."""
    batch: list[Payload] = []
    size = 0
    for payload in payloads:
        batch.append(payload)
        size += len(payload.content)
        if len(batch) == most or size >= most_bytes:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)


def _known_payloads(warehouse: Warehouse) -> tuple[set[str], set[str], int]:
    """Return the ingested payloads, the payloads that were only refused, and the last `seq`."""
    log = warehouse.collect(warehouse.scan(PAYLOAD_LOG).select("payload_id", "status", "seq"))
    usable = log.filter(pl.col("status").is_in(["ingested", "empty"]))
    seen = set(usable["payload_id"])
    return seen, set(log["payload_id"]) - seen, log.height


def _arrive(payload: Payload, parsed: Parsed | PayloadRefusedError | None) -> _Arrival:
    """Return the parsed payload with its report; `parsed` is None where the same bytes were ingested before."""
    blank = Report(payload.name, payload.payload_id, None, "already_there")
    if parsed is None:
        return _Arrival(payload, replace(blank, reason="the same bytes were ingested before"), None)
    if isinstance(parsed, PayloadRefusedError):
        return _Arrival(payload, replace(blank, status="refused", reason=str(parsed)), None)
    refused = sum(parsed.refused.values())
    report = replace(
        blank,
        kind=parsed.kind,
        status="ingested" if parsed.rows else "refused" if refused else "empty",
        rows_read=parsed.rows + refused,
        rows_refused=refused,
        reason="; ".join(f"{count} rows: {why}" for why, count in sorted(parsed.refused.items())) or None,
    )
    return _Arrival(payload, report, parsed)


def _write_or_refuse(arrivals: list[_Arrival], warehouse: Warehouse, seq: int) -> list[Report]:
    """Write a batch; where that raises, write its payloads one by one and refuse those whose rows raise.

    The refusal is also written. Where that raises too, the payload is not the cause, and the error is raised.
    """
    try:
        return _write(arrivals, warehouse, seq)
    except (StorageError, WarehouseBusyError):
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        if len(arrivals) > 1:
            return [
                report
                for place, arrival in enumerate(arrivals)
                for report in _write_or_refuse([arrival], warehouse, seq + place)
            ]
        if arrivals[0].parsed is None:
            raise
        return _write([_refused(arrivals[0], error)], warehouse, seq)


def _refused(arrival: _Arrival, error: BaseException) -> _Arrival:
    reason = f"its rows cannot be stored ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
    rows = arrival.report.rows_read
    return replace(
        arrival, report=replace(arrival.report, status="refused", reason=reason, rows_refused=rows), parsed=None
    )


def _write(arrivals: list[_Arrival], warehouse: Warehouse, seq: int) -> list[Report]:
    new_rows = []
    added = dict.fromkeys(range(len(arrivals)), 0)
    for table in RAW_TABLES:
        frames = {
            position: frame
            for position, arrival in enumerate(arrivals)
            if arrival.parsed and (frame := arrival.parsed.frames.get(table.name)) is not None and frame.height
        }
        if frames:
            arrived = with_row_hash(table, _with_origin(arrivals, frames))
            fresh = new_versions(table, arrived, _stored_versions(table, arrived, warehouse))
            for position, count in fresh.group_by(SEQ).len().iter_rows():
                added[position] += count
            new_rows.append(Upsert(table, table.conform(fresh)))
    reports = [
        replace(
            arrival.report,
            rows_new=added[position],
            rows_known=(arrival.parsed.rows if arrival.parsed else 0) - added[position],
        )
        for position, arrival in enumerate(arrivals)
    ]
    log = Upsert(PAYLOAD_LOG, _log_rows(arrivals, reports, seq))
    warehouse.append([*new_rows, log])
    return reports


def _with_origin(arrivals: list[_Arrival], frames: dict[int, pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of the arrivals at the positions in `frames`, each with its payload and the time of fetching."""
    of_payloads = pl.DataFrame(
        {
            "known_at": pl.Series([arrival.payload.fetched_at for arrival in arrivals], dtype=pl.Datetime("us")),
            "payload_id": [arrival.payload.payload_id for arrival in arrivals],
            SEQ: pl.int_range(len(arrivals), dtype=pl.Int32, eager=True),
            READ_AGAIN: [arrival.is_read_again for arrival in arrivals],
        }
    )
    positions = np.repeat(list(frames), [frame.height for frame in frames.values()])
    return pl.concat([pl.concat(frames.values()), of_payloads[positions]], how="horizontal")


def _stored_versions(table: Table, arrived: pl.DataFrame, warehouse: Warehouse) -> pl.DataFrame:
    """Return natural key, known_at and row_hash of the stored versions that arrived rows may follow."""
    key = NATURAL_KEYS[table.name]
    first, last = cast("dt.date", arrived["game_date"].min()), cast("dt.date", arrived["game_date"].max())
    scan = warehouse.scan(table, start=first, end=last) if "game_date" in key else warehouse.scan(table)
    return warehouse.collect(scan.select(*key, "known_at", "row_hash"))


def _log_rows(arrivals: list[_Arrival], reports: list[Report], seq: int) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "payload_id": report.payload_id,
                "seq": seq + position + 1,
                "source": arrival.payload.source,
                "name": report.name,
                "kind": report.kind,
                "fetched_at": arrival.payload.fetched_at,
                "size_bytes": len(arrival.payload.content),
                "status": report.status,
                "rows_read": report.rows_read,
                "rows_new": report.rows_new,
                "rows_known": report.rows_known,
                "rows_refused": report.rows_refused,
                "reason": report.reason,
            }
            for position, (arrival, report) in enumerate(zip(arrivals, reports, strict=True))
        ],
        schema=PAYLOAD_LOG.polars_schema,
    )
