"""Metrics of an installation in Prometheus' text format, for the text-file collector of a node exporter."""

from __future__ import annotations

import datetime as dt

import narwhals as nw
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from courtside.operations.runs import NOT_FINISHED, recent_runs
from courtside.pipeline.tables import GRID
from courtside.warehouse.base import Warehouse

RECENT = 50
"""Number of recent runs that are searched for the last one; each intake counts as a run of its own."""


def prometheus(warehouse: Warehouse) -> str:
    """Return metrics of the last run (start in Unix seconds, duration, failures) and of cells by stage and state."""
    registry = CollectorRegistry()
    runs = [run for run in recent_runs(warehouse, RECENT) if run.seconds is not None or run.outcome == NOT_FINISHED]
    if runs:
        _gauge(registry, "run_unfinished", "1 where the newest run did not finish.", runs[0].outcome == NOT_FINISHED)
    last = next((run for run in runs if run.seconds is not None), None)
    if last:
        began = last.at.replace(tzinfo=dt.UTC).timestamp()
        _gauge(registry, "run_timestamp_seconds", "Start of the last finished run.", began)
        _gauge(registry, "run_duration_seconds", "Duration of the stages of that run.", last.seconds or 0.0)
        _gauge(registry, "run_failures", "Failures recorded by that run.", last.failures)
    cells = Gauge("courtside_cells", "Cells of the grid by stage and state.", ("stage", "state"), registry=registry)
    counts = warehouse.scan(GRID).group_by("stage", "state").agg(nw.len().alias("cells"))
    for stage, state, count in warehouse.collect(counts).sort("stage", "state").iter_rows():
        cells.labels(stage, state).set(count)
    return generate_latest(registry).decode()


def _gauge(registry: CollectorRegistry, name: str, documentation: str, value: float) -> None:
    Gauge(f"courtside_{name}", documentation, registry=registry).set(value)
