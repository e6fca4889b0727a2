"""The state of an installation in Prometheus' text format, for the text-file collector of a machine's exporter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping

import narwhals as nw

from courtside.operations.runs import NOT_FINISHED, RunLine, recent_runs
from courtside.pipeline.tables import GRID
from courtside.warehouse.base import Warehouse

RECENT = 50
"""Runs among which the last one is looked for; takings-in between them count as runs of their own."""

Samples = Iterable[tuple[Mapping[str, str], float]]


def prometheus(warehouse: Warehouse) -> str:
    """Return the last run (seconds since 1970, duration, failures) and the cells of the grid by stage and state."""
    runs = [run for run in recent_runs(warehouse, RECENT) if run.seconds is not None or run.outcome == NOT_FINISHED]
    ended = [run for run in runs if run.seconds is not None]
    parts = [
        *_metric("courtside_run_unfinished", "Whether the newest run never came to its end.", _unfinished(runs)),
        *_metric("courtside_run_timestamp_seconds", "When the last finished run began.", _last(ended, _begun)),
        *_metric("courtside_run_duration_seconds", "How long its stages took.", _last(ended, _seconds)),
        *_metric("courtside_run_failures", "Failures that it wrote down.", _last(ended, _failures)),
        *_metric("courtside_cells", "Dates in the grid.", _cells(warehouse)),
    ]
    return "\n".join(parts) + "\n"


def _metric(name: str, says: str, samples: Samples) -> Iterator[str]:
    yield f"# HELP {name} {says}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        inside = ",".join(f'{key}="{text}"' for key, text in labels.items())
        yield f"{name}{{{inside}}} {value:g}" if inside else f"{name} {value:.15g}"


def _unfinished(runs: list[RunLine]) -> Samples:
    return [({}, float(runs[0].outcome == NOT_FINISHED))] if runs else []


def _last(ended: list[RunLine], value: Callable[[RunLine], float]) -> Samples:
    return [({}, value(ended[0]))] if ended else []


def _begun(run: RunLine) -> float:
    return run.at.replace(tzinfo=dt.UTC).timestamp()


def _seconds(run: RunLine) -> float:
    return run.seconds or 0.0


def _failures(run: RunLine) -> float:
    return run.failures


def _cells(warehouse: Warehouse) -> Samples:
    counts = warehouse.collect(warehouse.scan(GRID).group_by("stage", "state").agg(nw.len().alias("cells"))).sort(
        "stage", "state"
    )
    return [({"stage": stage, "state": state}, float(cells)) for stage, state, cells in counts.iter_rows()]
