"""The run log: the state of each cell of the grid, the events of each run, and the lease to write."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from courtside.clock import Clock
from courtside.errors import WarehouseBusyError
from courtside.outcomes import Outcomes
from courtside.pipeline.tables import GRID, LEASES, RUN_EVENTS
from courtside.version import __version__
from courtside.warehouse.base import Contents, Recorder, Upsert, Warehouse
from courtside.warehouse.writer import note_writer

PIPELINE_LEASE = "pipeline"
RELEASED = dt.datetime(1970, 1, 1)
LONGEST_LEASE = dt.timedelta(hours=1)
"""The longest time that a lease is valid; a run renews its lease between stages."""

RENEWALS = 10
"""The lease is renewed at the first stage that begins after one such part of its time."""

SETTLED = ("complete", "empty", "held")
"""States of a cell that is not processed again while its inputs stay the same."""


@dataclass(frozen=True)
class Cell:
    """The stored state of one date and stage."""

    state: str = "expected"
    reason: str | None = None
    rows: int = 0
    content_hash: str = ""
    input_hash: str = ""
    attempts: int = 0


@dataclass(frozen=True)
class Grid:
    """The stored cells of every stage at one moment, as rows of `GRID`."""

    rows: pl.DataFrame

    def cells(self, stage: str, start: dt.date | None = None, end: dt.date | None = None) -> dict[dt.date, Cell]:
        """Return the cells of `stage` by date, from `start` to `end`; None means no bound."""
        bounds = [pl.col("game_date") >= start] if start else []
        bounds += [pl.col("game_date") <= end] if end else []
        rows = self.rows.filter(pl.col("stage") == stage, *bounds)
        return {day: Cell(*values) for day, *values in rows.drop("stage").iter_rows()}


@dataclass
class RunLog:
    """The run log of one run on one warehouse."""

    warehouse: Warehouse
    clock: Clock
    run_id: str = field(default_factory=lambda: secrets.token_hex(6))
    home: Path | None = None
    """Folder of the note that names the writer; None writes no note."""
    _seq: int = 0
    _taken_at: dt.datetime | None = None

    def cells(self, stage: str, start: dt.date | None = None, end: dt.date | None = None) -> dict[dt.date, Cell]:
        """Return the stored cells of `stage` by date, from `start` to `end`; None means no bound."""
        return self.grid(start, end).cells(stage)

    def grid(self, start: dt.date | None = None, end: dt.date | None = None) -> Grid:
        """Return the stored cells of every stage, from `start` to `end`; None means no bound."""
        stored = self.warehouse.scan(GRID, start=start, end=end)
        return Grid(self.warehouse.collect(stored.select("stage", "game_date", *(item.name for item in fields(Cell)))))

    def recorder(self, stage: str, inputs: Mapping[dt.date, str], outcomes: Outcomes) -> Recorder:
        """Return a function that records a write of `stage` as cells and an event, from the rows read back."""
        before, kind = self.cells(stage, min(inputs), max(inputs)), self.warehouse.hash_kind

        def record(contents: Contents) -> Sequence[Upsert]:
            cells = {
                day: Cell(
                    outcome.state,
                    outcome.reason,
                    sum(table[day].rows for table in contents.values() if day in table),
                    joined((table[day].content_hash for table in contents.values() if day in table), kind),
                    inputs[day],
                    before.get(day, Cell()).attempts + 1,
                )
                for day, outcome in outcomes.items()
            }
            rows = sum(cell.rows for cell in cells.values())
            return [self.cell_rows(stage, cells), self.event(stage, "wrote", list(cells), rows)]

        return record

    def fail(self, stage: str, dates: Sequence[dt.date], inputs: Mapping[dt.date, str], error: BaseException) -> None:
        """Mark the cells of `dates` failed with an error; their rows and content hash stay."""
        before = self.cells(stage, min(dates), max(dates)) if dates else {}
        reason = f"{type(error).__name__}: {error}"
        cells = {}
        for day in dates:
            old = before.get(day, Cell())
            cells[day] = Cell("failed", reason, old.rows, old.content_hash, inputs[day], old.attempts + 1)
        if cells:
            event = self.event(stage, "failed", list(cells), 0, detail=reason)
            self.warehouse.upsert([self.cell_rows(stage, cells), event])

    def cell_rows(self, stage: str, cells: Mapping[dt.date, Cell]) -> Upsert:
        """Return cells as rows of the grid."""
        rows = [
            {
                "game_date": day,
                "stage": stage,
                "state": cell.state,
                "reason": cell.reason,
                "rows": cell.rows,
                "content_hash": cell.content_hash,
                "input_hash": cell.input_hash,
                "code_version": __version__,
                "attempts": cell.attempts,
                "run_id": self.run_id,
                "updated_at": self.clock.now(),
            }
            for day, cell in cells.items()
        ]
        return Upsert(GRID, pl.DataFrame(rows, schema=GRID.polars_schema))

    def event(
        self,
        stage: str,
        event: str,
        dates: Sequence[dt.date],
        rows: int,
        *,
        seconds: float | None = None,
        detail: str | None = None,
    ) -> Upsert:
        """Return the next event of this run as a row."""
        self._seq += 1
        row = {
            "run_id": self.run_id,
            "seq": self._seq,
            "at": self.clock.now(),
            "stage": stage,
            "event": event,
            "first_date": min(dates, default=None),
            "last_date": max(dates, default=None),
            "dates": len(dates),
            "rows": rows,
            "seconds": seconds,
            "detail": detail,
        }
        return Upsert(RUN_EVENTS, pl.DataFrame([row], schema=RUN_EVENTS.polars_schema))

    def acquire(self, seconds: int) -> None:
        """Take the pipeline's lease for `seconds`, or renew it.

        Take over a lease that has expired, or whose holder's process no longer runs on this machine. Leave a lease as
        it is that this run took or renewed a short time ago: no other run can take it over yet.

        Raises:
            WarehouseBusyError: where another run holds the lease; the message names the run and when its lease ends.
        """
        now = self.clock.now()
        if self._taken_at and dt.timedelta() <= now - self._taken_at < dt.timedelta(seconds=seconds) / RENEWALS:
            return
        held = self.warehouse.collect(self.warehouse.scan(LEASES).filter(nw.col("name") == PIPELINE_LEASE))
        for lease in held.to_dicts():
            ends = _end_of(lease, now)
            if lease["run_id"] != self.run_id and ends > now and _is_alive(lease["owner"]):
                raise WarehouseBusyError(
                    f"run {lease['run_id']} ({lease['owner']}) is writing; its lease ends "
                    f"{ends:%Y-%m-%d %H:%M:%S} UTC. Wait until it ends, then run this command again."
                )
        self._store_lease(now, now + dt.timedelta(seconds=seconds))
        self._taken_at = now

    def release(self) -> None:
        """Release the lease: it then ends in the past of any clock, so that every run can take it."""
        self._store_lease(self.clock.now(), RELEASED)
        self._taken_at = None

    def _store_lease(self, now: dt.datetime, until: dt.datetime) -> None:
        row = {
            "name": PIPELINE_LEASE,
            "owner": f"{socket.gethostname()}:{os.getpid()}",
            "run_id": self.run_id,
            "acquired_at": now,
            "expires_at": until,
        }
        self.warehouse.upsert([Upsert(LEASES, pl.DataFrame([row], schema=LEASES.polars_schema))])
        if self.home:
            note_writer(self.home, now, until if until > now else None)


def digest(*parts: str) -> str:
    """Return one short hash of several texts, in order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def joined(hashes: Iterable[str], kind: str) -> str:
    """Return the hashes of a cell's tables as one text that ends with the kind of hash; empty where there are none."""
    text = ":".join(hashes)
    return f"{text}@{kind}" if text else ""


def _end_of(lease: Mapping[str, Any], now: dt.datetime) -> dt.datetime:
    """Return when a lease ends: at most `LONGEST_LEASE` after it was taken, or now where it was taken in the future."""
    if lease["acquired_at"] > now + LONGEST_LEASE:
        return now
    end: dt.datetime = min(lease["expires_at"], lease["acquired_at"] + LONGEST_LEASE)
    return end


def _is_alive(owner: str) -> bool:
    """Return whether the holder may still run; a holder on another machine counts as running."""
    host, _, pid = owner.rpartition(":")
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
