"""Verification of stored payloads and public files, a part each day; changed public files are written again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import narwhals as nw

from courtside.alerts import Alert, Severity, notifier
from courtside.operations.exporting import export_dates
from courtside.pipeline.context import Context
from courtside.pipeline.tables import GRID
from courtside.publishing.exporter import FileReport
from courtside.publishing.exporters.status import STATUS
from courtside.publishing.stores import open_store, target_of
from courtside.publishing.stores.base import DryRun
from courtside.publishing.stores.local import LocalStore
from courtside.raw.tables import PAYLOAD_LOG
from courtside.sources.store import PayloadStore

PARTS = 7
"""Days in which every payload is read once and every public file is compared once."""

MOST_DATES = 250
"""The largest number of dates whose files are compared in one run."""

PAYLOADS, FILES = "storage.payloads", "storage.public"
SHOWN = 5


@dataclass(frozen=True)
class StoredFiles:
    """Payloads that are lost or damaged, and public files that were missing or changed and are written again."""

    lost: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()


def verify_files(context: Context, day: dt.date) -> StoredFiles:
    """Verify that every payload exists, and, for a seventh of them, the hashes and the public files.

    Public files are computed again from the ledger; those that are missing or differ are written again. Both kinds of
    findings are recorded in the run log and cause alerts.
    """
    found = StoredFiles(_lost_payloads(context, day), _restored_files(context, day))
    _alert(
        context,
        PAYLOADS,
        found.lost,
        "payloads are lost or damaged",
        "ingest the same files again with `courtside ingest files`; the rows of these payloads are still stored",
    )
    _alert(context, FILES, found.restored, "public files were missing or changed", "they were written again")
    return found


def _lost_payloads(context: Context, day: dt.date) -> tuple[str, ...]:
    store = PayloadStore(context.settings.raw_folder)
    log = context.warehouse.collect(context.warehouse.scan(PAYLOAD_LOG).select("payload_id", "name")).unique(
        "payload_id", keep="last"
    )
    present = set(store.ids())
    lost = []
    for payload_id, name in sorted(log.iter_rows()):
        is_due = int(payload_id[:8], 16) % PARTS == day.toordinal() % PARTS
        if payload_id not in present or (is_due and not store.is_whole(payload_id)):
            lost.append(f"{name} ({payload_id[:12]}…)")
    return tuple(lost)


def _restored_files(context: Context, day: dt.date) -> tuple[str, ...]:
    dates = _due_dates(context, day)
    store = open_store(target_of(context.settings))
    differing = _written(export_dates(context, DryRun(store), dates)) if dates else set()
    if not differing:
        return ()
    return tuple(sorted(differing & _written(export_dates(context, store, dates))))


def _due_dates(context: Context, day: dt.date) -> list[dt.date]:
    """Return the dates whose picks file is missing or damaged, and then a seventh of the published dates."""
    published = nw.col("stage") == "publishing"
    cells = context.warehouse.collect(context.warehouse.scan(GRID, end=day).filter(published))
    dates = sorted(cells.filter(cells["state"].is_in(["complete", "empty"]))["game_date"], reverse=True)
    part = [date for date in dates if date.toordinal() % PARTS == day.toordinal() % PARTS]
    return [*dict.fromkeys([*_without_file(context, dates), *part])][:MOST_DATES]


def _without_file(context: Context, dates: Sequence[dt.date]) -> Iterable[dt.date]:
    store = open_store(target_of(context.settings))
    if not isinstance(store, LocalStore):
        return []
    return [date for date in dates if not _is_json(store.read(f"v1/picks/{date}.json"))]


def _is_json(content: bytes | None) -> bool:
    try:
        json.loads(content or b"")
    except ValueError:
        return False
    return True


def _written(reports: Iterable[FileReport]) -> set[str]:
    return {report.path for report in reports if report.status == "written" and report.path != STATUS.path()}


def _alert(context: Context, cause: str, found: Sequence[str], what: str, then: str) -> None:
    alerts = notifier(context.settings, context.clock)
    if not found:
        alerts.recover(cause, f"no {what}")
        return
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    detail = f"{len(found)} {what}: {', '.join(found[:SHOWN])}{more}; {then}"
    alerts.send(Alert(cause, Severity.ERROR, f"{len(found)} {what}", detail))
    context.warehouse.upsert([context.run_log.event("stored files", "failed", [], 0, detail=detail)])
