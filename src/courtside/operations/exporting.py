"""Export of the public files of some dates outside a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from courtside.pipeline.context import Context
from courtside.pipeline.files import LEDGER, export_files, notices_of
from courtside.pipeline.runner import send
from courtside.pipeline.stages import STAGE_NAMES
from courtside.publishing.exporter import NAMES, FileReport
from courtside.publishing.stores.base import DryRun, Store


def export_dates(
    context: Context, store: Store, dates: Sequence[dt.date], only: Sequence[str] = NAMES
) -> list[FileReport]:
    """Write the files of `dates` and `status.json` with the state of the grid, and return the result for each file.

    An alert is sent about files that could not be written and stay as they were.
    """
    reports = export_files(context.warehouse, store, dates, context.settings, context.clock, STAGE_NAMES, only)
    if not isinstance(store, DryRun) or any(report.path == LEDGER for report in reports):
        send(context, notices_of(reports, is_all=set(only) >= set(NAMES)))
    return reports
