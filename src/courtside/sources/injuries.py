"""Requests for the league's official injury report: a PDF that is issued every 15 minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from courtside.clock import EASTERN
from courtside.sources.request import Body, Request

SOURCE = "injury_report"
ROOT = "https://ak-static.cms.nba.com/referee/injury"
FIRST_ISSUE, EVERY = dt.time(5, 0), dt.timedelta(minutes=15)


def report_at(day: dt.date, time: dt.time) -> Iterator[Request]:
    """Yield the requests for the report of an Eastern date and time, one for each name that the league has used.

    The bucket returns 403 for a file that does not exist.
    """
    names = [f"Injury-Report_{day}_{time:%I_%M%p}.pdf"]
    if time.minute == 30:
        names.append(f"Injury-Report_{day}_{time:%I%p}.pdf")
    for name in names:
        yield Request(SOURCE, name, f"{ROOT}/{name}", body=Body.PDF, absent=frozenset({403, 404}))


def issues_until(now: dt.datetime, count: int = 4) -> list[tuple[dt.date, dt.time]]:
    """Return the Eastern dates and times of the last `count` issues at `now` (UTC), newest first."""
    eastern = now.replace(tzinfo=dt.UTC).astimezone(EASTERN).replace(tzinfo=None)
    last = eastern.replace(minute=eastern.minute // 15 * 15, second=0, microsecond=0)
    return [(moment.date(), moment.time()) for moment in (last - EVERY * back for back in range(count))]
