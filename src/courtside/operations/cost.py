"""The estimated cost of a run: the bytes that each stage would read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from courtside.pipeline.inputs import declared_dates
from courtside.pipeline.stage import Stage
from courtside.pipeline.stages import STAGES
from courtside.warehouse.base import Warehouse


@dataclass(frozen=True)
class StageCost:
    """The bytes that a stage would read, per table; these are billed."""

    stage: str
    tables: Mapping[str, int]

    @property
    def bytes(self) -> int:
        """Bytes of all tables."""
        return sum(self.tables.values())


def costs(warehouse: Warehouse, start: dt.date, end: dt.date, stages: Sequence[Stage] = STAGES) -> list[StageCost]:
    """Return the bytes that a run from `start` to `end` would read, counting each table once per stage.

    The list is empty where the warehouse bills nothing.
    """
    found = []
    for stage in stages:
        reads = stage.reads
        sizes = {
            read.table.name: warehouse.bytes_of(read.table, *declared_dates(read.dates, (start, end))) for read in reads
        }
        known = {name: size for name, size in sizes.items() if size is not None}
        if known:
            found.append(StageCost(stage.name, known))
    return found
