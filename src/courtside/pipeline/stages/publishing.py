"""Stage `publishing`: the public files of each date and of the season."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from courtside.analytics.tables import GAMES, INJURY_REPORTS, PLAYER_GAMES, TEAM_GAMES
from courtside.features.tables import PLAYER_FEATURES
from courtside.outcomes import Outcome
from courtside.picks.price_tables import PRICE_TABLES
from courtside.picks.tables import GRADED_PICKS, GRADED_PREDICTIONS, OUTCOMES, PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.files import export_files, notices_of
from courtside.pipeline.inputs import Inputs
from courtside.pipeline.pick_alerts import send_pick_alerts
from courtside.pipeline.reads import Dates, Read
from courtside.pipeline.stage import Result, Stage, Surroundings
from courtside.pipeline.tables import GRID, RUN_EVENTS
from courtside.predictions.tables import PREDICTIONS
from courtside.publishing.exporter import FileReport
from courtside.publishing.stores import open_store, target_of
from courtside.quality.tables import GATE_VERDICTS
from courtside.raw.tables import PAYLOAD_LOG, RAW_PLAYER_BOX, RAW_SCHEDULE

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})\.json$")


def process(inputs: Inputs, dates: Sequence[dt.date], at: Surroundings) -> Result:
    """Write the files of `dates`; a date fails where one of its files could not be written."""
    store = open_store(target_of(at.settings))
    reports = export_files(inputs, store, dates, at.settings, at.clock, at.stages)
    send_pick_alerts(store, at.settings, at.clock, dates)
    return Result(outcomes=_outcomes(dates, reports), notices=notices_of(reports, is_all=True))


def _outcomes(dates: Sequence[dt.date], reports: Sequence[FileReport]) -> dict[dt.date, Outcome]:
    """Return the state of each date: failed where one of its files, or a file without a date, could not be written."""
    problems: dict[str, list[FileReport]] = {}
    published = set()
    for report in reports:
        found = _DATED.search(report.path)
        day = found.group(1) if found else ""
        if report.is_problem:
            problems.setdefault(day, []).append(report)
        elif "/picks/" in report.path:
            published.add(day)
    outcomes = {}
    for day in dates:
        own = [*problems.get(str(day), []), *problems.get("", [])]
        if own:
            outcomes[day] = Outcome("failed", "; ".join(f"{item.path}: {item.reason}" for item in own))
        else:
            outcomes[day] = Outcome() if str(day) in published else Outcome("empty", "nothing was published")
    return outcomes


PUBLISHING = Stage(
    name="publishing",
    sentence="Public files in the configured folder or bucket.",
    process=process,
    reads=(
        *(
            Read(table, Dates.ALL, changes=Dates.THESE, is_lazy=True)
            for table in (PLAYER_FEATURES, GATE_VERDICTS, PREDICTIONS, PUBLICATIONS, PUBLISHED_PICKS)
        ),
        *(Read(table, Dates.ALL, changes=Dates.HISTORY, is_lazy=True) for table in (GRADED_PREDICTIONS, GRADED_PICKS)),
        *(Read(table, Dates.ALL, changes=Dates.THESE, is_lazy=True) for table in PRICE_TABLES),
        Read(OUTCOMES, Dates.ALL, changes=Dates.THESE, is_lazy=True),
        Read(INJURY_REPORTS, Dates.ALL, changes=Dates.THESE, is_lazy=True),
        # These change together with the tables above, or a change of them alone does not require a new file.
        *(
            Read(table, Dates.ALL, is_tracked=False, is_lazy=True)
            for table in (GAMES, PLAYER_GAMES, TEAM_GAMES, GRID, RUN_EVENTS, PAYLOAD_LOG)
        ),
        *(
            Read(table, Dates.ALL, is_tracked=False, is_lazy=True, every_version=True)
            for table in (RAW_PLAYER_BOX, RAW_SCHEDULE)
        ),
    ),
    recorded=(PUBLISHED_PICKS, GRADED_PICKS),
    settings=("publish", "champion", "markets"),
    publishes=True,
)
