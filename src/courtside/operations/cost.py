"""What a run would read, stage by stage, before it reads anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from courtside.pipeline.inputs import declared_dates
from courtside.pipeline.stages import STAGES
from courtside.warehouse.base import Warehouse


@dataclass(frozen=True)
class StageCost:
    """What a stage would read: bytes by table, and the bytes that it would be billed for in all."""

    stage: str
    tables: Mapping[str, int]

    @property
    def bytes(self) -> int:
        """Bytes of all tables."""
        return sum(self.tables.values())


def costs(warehouse: Warehouse, start: dt.date, end: dt.date) -> list[StageCost]:
    """Return what a run from `start` to `end` would read, counting each table once per stage.

    Empty where the warehouse bills nothing.
    """
    found = []
    for stage in STAGES:
        reads = stage.reads
        sizes = {
            read.table.name: warehouse.bytes_of(read.table, *declared_dates(read.dates, (start, end))) for read in reads
        }
        known = {name: size for name, size in sizes.items() if size is not None}
        if known:
            found.append(StageCost(stage.name, known))
    return found
