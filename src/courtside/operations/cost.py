"""What a run would read, stage by stage, before it reads anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from courtside.analytics.tables import GAMES, INJURY_REPORTS, PLAYER_GAMES, PLAYER_LINES, PLAYER_SHOTS, TEAM_GAMES
from courtside.features.tables import PLAYER_FEATURES
from courtside.picks.tables import GRADED_PICKS, GRADED_PREDICTIONS, OUTCOMES, PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.inputs import lookback_start
from courtside.predictions.tables import MODELS, PREDICTIONS
from courtside.quality.tables import GATE_VERDICTS
from courtside.raw.tables import RAW_INJURIES, RAW_LINES, RAW_PLAYER_BOX, RAW_SCHEDULE, RAW_SHOTS, RAW_TEAM_BOX
from courtside.warehouse.base import Warehouse
from courtside.warehouse.schema import Table


class Span(Enum):
    """Which dates of a table a stage reads."""

    DATES = "the dates of the run"
    HISTORY = "the dates of the run and what is looked back on"
    ALL = "every date"


Reads = Mapping[Table, Span]

READS: dict[str, Reads] = {
    "analytics": dict.fromkeys((RAW_SCHEDULE, RAW_TEAM_BOX, RAW_PLAYER_BOX, RAW_SHOTS, RAW_LINES), Span.ALL),
    "lines": {
        RAW_LINES: Span.ALL,
        RAW_INJURIES: Span.ALL,
        RAW_PLAYER_BOX: Span.ALL,
        PLAYER_GAMES: Span.ALL,
        GAMES: Span.DATES,
    },
    "features": {
        GAMES: Span.DATES,
        TEAM_GAMES: Span.HISTORY,
        PLAYER_GAMES: Span.HISTORY,
        PLAYER_SHOTS: Span.HISTORY,
        PLAYER_LINES: Span.DATES,
        INJURY_REPORTS: Span.DATES,
    },
    "predictions": {
        PLAYER_FEATURES: Span.DATES,
        PLAYER_GAMES: Span.HISTORY,
        PLAYER_LINES: Span.DATES,
        INJURY_REPORTS: Span.DATES,
        GAMES: Span.DATES,
        GATE_VERDICTS: Span.DATES,
        MODELS: Span.ALL,
    },
    "picks": dict.fromkeys((GAMES, PREDICTIONS, PUBLICATIONS, PUBLISHED_PICKS), Span.DATES),
    "grading": {
        **dict.fromkeys((PREDICTIONS, TEAM_GAMES, PUBLICATIONS, PUBLISHED_PICKS, PLAYER_GAMES), Span.DATES),
        OUTCOMES: Span.HISTORY,
    },
    "publishing": {
        **dict.fromkeys((PUBLICATIONS, PUBLISHED_PICKS, GRADED_PICKS, GAMES, OUTCOMES, RAW_PLAYER_BOX), Span.ALL),
        **dict.fromkeys((PREDICTIONS, GRADED_PREDICTIONS, PLAYER_FEATURES, PLAYER_GAMES, GATE_VERDICTS), Span.ALL),
        INJURY_REPORTS: Span.DATES,
    },
}
"""The tables that each stage reads, and how far back."""


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
    """Return what a run from `start` to `end` would read, each table once a stage; empty where nothing is billed."""
    found = []
    for stage, reads in READS.items():
        sizes = {table.name: warehouse.bytes_of(table, *_dates(span, start, end)) for table, span in reads.items()}
        known = {name: size for name, size in sizes.items() if size is not None}
        if known:
            found.append(StageCost(stage, known))
    return found


def _dates(span: Span, start: dt.date, end: dt.date) -> tuple[dt.date | None, dt.date | None]:
    if span is Span.ALL:
        return None, None
    return (lookback_start(start) if span is Span.HISTORY else start), end
