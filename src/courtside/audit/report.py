"""The monitor's report as one self-contained HTML page: verdict, chart of months, features and causes."""

from __future__ import annotations

from courtside.audit.monitor import Report
from courtside.reports import render

LARGEST_BYTES = 300_000
MOST_MONTHS, MOST_CAUSES = 240, 60


def html(report: Report) -> str:
    """Return the report as a page of at most 300 kB.

    Raises:
        ValueError: where the page is larger.
    """
    causes = [cause for cause in report.causes[:MOST_CAUSES] if cause.units]
    page = render("training_data.html", report=report, months=report.months[-MOST_MONTHS:], causes=causes)
    if len(page.encode()) > LARGEST_BYTES:
        raise ValueError(f"the report has {len(page.encode()):,} bytes; {LARGEST_BYTES:,} are allowed")
    return page
