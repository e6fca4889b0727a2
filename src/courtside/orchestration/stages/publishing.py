"""Stage `publishing`: the public files of a date, and the season file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from courtside.orchestration.context import Context, Record
from courtside.orchestration.inputs import combined, content_hashes, history_hashes
from courtside.orchestration.ledger import Outcome, Outcomes
from courtside.picks.tables import GRADED_PICKS, PUBLISHED_PICKS
from courtside.publishing.exporter import FileReport, export
from courtside.publishing.stores.local import LocalStore

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}\.json$")


@dataclass(frozen=True)
class PublishingStage:
    """Public files in the configured store."""

    name: str = "publishing"

    def inputs(self, context: Context, dates: Sequence[dt.date]) -> dict[dt.date, str]:
        """Hash the picks of each date and all grades until then."""
        grading = context.ledger.cells("grading")
        return combined(
            dates,
            content_hashes(context.ledger.cells("picks"), dates),
            content_hashes(grading, dates),
            history_hashes(grading, dates),
            dict.fromkeys(dates, context.settings.publish),
        )

    def work(self, context: Context, dates: Sequence[dt.date], record: Record) -> Outcomes:
        """Write the files that changed; a file that could not be written leaves its date failed."""
        store = LocalStore(context.settings.public_folder)
        reports = export(context.warehouse, store, dates, now=context.clock.now())
        outcomes = _outcomes(dates, reports)
        context.warehouse.replace_dates([], dates, record(outcomes), read_back=(PUBLISHED_PICKS, GRADED_PICKS))
        return outcomes


def _outcomes(dates: Sequence[dt.date], reports: Sequence[FileReport]) -> dict[dt.date, Outcome]:
    failed = [report for report in reports if report.status == "failed"]
    of_no_date = [report for report in failed if not _DATED.search(report.path)]
    by_name = {PurePosixPath(report.path).stem: report for report in reports}
    outcomes = {}
    for day in dates:
        report = by_name.get(str(day))
        own = [report, *of_no_date] if report in failed else of_no_date
        if own:
            outcomes[day] = Outcome("failed", "; ".join(f"{item.path}: {item.reason}" for item in own if item))
        else:
            outcomes[day] = Outcome() if report else Outcome("empty", "nothing was published")
    return outcomes
