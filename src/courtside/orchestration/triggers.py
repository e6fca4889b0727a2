"""Triggers of Dagster runs: schedules by Eastern time on days with games, and sensors for new lines and final games.

One more sensor starts nothing: it reports to Dagster what the command line and the job `daily` have processed.
"""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from typing import TypeVar

import dagster as dg
import narwhals as nw

from courtside.alerts import Alert, Severity
from courtside.errors import WarehouseBusyError
from courtside.operations.schedule import Slate, slates
from courtside.orchestration.assets import Courtside, daily, lines_now
from courtside.pipeline.context import Context
from courtside.pipeline.stages import STAGE_NAMES
from courtside.pipeline.tables import GRID
from courtside.raw.current import current
from courtside.raw.tables import PAYLOAD_LOG, RAW_LINES, RAW_SCHEDULE, RAW_TEAM_BOX
from courtside.sources.pending import Pending
from courtside.sources.store import PayloadStore

EASTERN = "America/New_York"
PRE_TIP = dt.timedelta(hours=2)
AUTOMATION = "COURTSIDE_AUTOMATION"
"""With the value `on`, schedules and sensors run from the start; otherwise each is off until it is turned on."""

IS_ON = os.environ.get(AUTOMATION, "").lower() == "on"
SCHEDULED = dg.DefaultScheduleStatus.RUNNING if IS_ON else dg.DefaultScheduleStatus.STOPPED
SENSED = dg.DefaultSensorStatus.RUNNING if IS_ON else dg.DefaultSensorStatus.STOPPED

stages = dg.define_asset_job(
    "stages",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Process every stage for a range of dates.",
)
grades = dg.define_asset_job(
    "grades",
    selection=dg.AssetSelection.assets("analytics", "grading", "publishing"),
    executor_def=dg.in_process_executor,
    description="Process box scores, grades and public files for a range of dates.",
)


T = TypeVar("T")


def query(courtside: Courtside, read: Callable[[Context], T]) -> T | dg.SkipReason:
    """Return the result of a query on the warehouse, or a reason to skip while another process writes."""
    try:
        with courtside.opened() as context:
            return read(context)
    except WarehouseBusyError as error:
        return dg.SkipReason(f"tried again at the next tick: {error}")


def slate_of(context: Context, day: dt.date) -> Slate | None:
    """Return the slate of a date from analytics, or from the raw schedule where no run has processed the date."""
    known = slates(context, day, day).get(day)
    if known:
        return known
    games = context.warehouse.collect(
        current(context.warehouse.scan(RAW_SCHEDULE), RAW_SCHEDULE)
        .filter((nw.col("game_date") == day) & (nw.col("status") != "postponed"))
        .select("game_id", "tip_at")
    )
    tips = games["tip_at"].drop_nulls().sort().to_list()
    return Slate(day, games["game_id"].n_unique(), tips[0], tips[-1]) if tips else None


@dg.schedule(job=lines_now, cron_schedule="0 9-23/2 * * *", execution_timezone=EASTERN, default_status=SCHEDULED)
def lines_every_two_hours(courtside: Courtside) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Fetch lines every two hours on a day with games, until the last tip-off."""
    seen = query(courtside, lambda context: (context.clock.now(), slate_of(context, context.clock.today())))
    if isinstance(seen, dg.SkipReason):
        yield seen
        return
    now, slate = seen
    if slate is None:
        yield dg.SkipReason("no games today")
    elif now > slate.last_tip:
        yield dg.SkipReason("every game of today has tipped off")
    else:
        yield dg.RunRequest()


@dg.schedule(job=daily, cron_schedule="0 9 * * *", execution_timezone=EASTERN, default_status=SCHEDULED)
def morning_run() -> dg.RunRequest:
    """Run the day at nine: yesterday's results, today's picks, the season file."""
    return dg.RunRequest()


@dg.schedule(job=daily, cron_schedule="*/30 11-23 * * *", execution_timezone=EASTERN, default_status=SCHEDULED)
def pre_tip_refresh(courtside: Courtside) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Run the day every half hour, from two hours before the first tip-off until the last tip-off."""
    seen = query(courtside, lambda context: (context.clock.now(), slate_of(context, context.clock.today())))
    if isinstance(seen, dg.SkipReason):
        yield seen
        return
    now, slate = seen
    if slate and slate.first_tip - PRE_TIP <= now <= slate.last_tip:
        yield dg.RunRequest()
    else:
        yield dg.SkipReason("no tip-off within two hours")


@dg.schedule(job=daily, cron_schedule="30 0,1,2,6 * * *", execution_timezone=EASTERN, default_status=SCHEDULED)
def post_game_grading() -> dg.RunRequest:
    """Run the day after the games, to grade final games."""
    return dg.RunRequest()


@dg.sensor(job=stages, minimum_interval_seconds=120, default_status=SENSED)
def new_lines(context: dg.SensorEvaluationContext, courtside: Courtside) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Process today's partition when new lines were stored, or payloads wait, since the last tick."""
    settings = courtside.settings()
    waiting = [item.note.name for item in Pending(PayloadStore(settings.raw_folder)).waiting()]
    found = query(courtside, lambda opened: (opened.clock.today(), newest_line(opened)))
    if isinstance(found, dg.SkipReason):
        yield found
        return
    today, newest = found
    seen = f"{newest} {waiting[-1] if waiting else ''}".strip()
    if seen in ("None", context.cursor):
        yield dg.SkipReason("no new lines")
        return
    context.update_cursor(seen)
    yield dg.RunRequest(run_key=f"{today} {seen}", partition_key=str(today))


@dg.sensor(job=grades, minimum_interval_seconds=300, default_status=SENSED)
def all_finals_in(context: dg.SensorEvaluationContext, courtside: Courtside) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Grade yesterday or today as soon as the final box scores of all its games are stored."""
    ready = query(courtside, final_dates)
    if isinstance(ready, dg.SkipReason):
        yield ready
        return
    known = set(context.cursor.split(",")) if context.cursor else set()
    fresh = [day for day in ready if str(day) not in known]
    if not fresh:
        yield dg.SkipReason("no more games are final than at the last tick")
        return
    context.update_cursor(",".join(map(str, ready)))
    for day in fresh:
        yield dg.RunRequest(run_key=f"final {day}", partition_key=str(day))


def newest_line(context: Context) -> dt.datetime | None:
    """Return the time at which the newest line of today's games became known."""
    today = context.clock.today()
    lines = context.warehouse.scan(RAW_LINES, start=today, end=today)
    newest = context.warehouse.collect(lines.select(nw.col("known_at").max()))["known_at"][0]
    return newest if isinstance(newest, dt.datetime) else None


def final_dates(context: Context) -> list[dt.date]:
    """Return those of yesterday and today whose games are all final."""
    today = context.clock.today()
    return [day for day in (today - dt.timedelta(days=1), today) if is_final(context, day)]


def is_final(context: Context, day: dt.date) -> bool:
    """Return whether a date has games and the final box scores of both teams of each game are stored."""
    slate = slate_of(context, day)
    if slate is None:
        return False
    boxes = context.warehouse.collect(
        current(context.warehouse.scan(RAW_TEAM_BOX, start=day, end=day), RAW_TEAM_BOX).select("game_id", "team_id")
    )
    return boxes.height >= 2 * slate.games


MOST_REPORTED = 2000
"""Most partitions that one tick reports: about 20 s of work for Dagster's own database."""

ELSEWHERE = "Processed by a run outside Dagster's back-fills."


@dg.sensor(minimum_interval_seconds=120, default_status=dg.DefaultSensorStatus.RUNNING)
def processed_dates(context: dg.SensorEvaluationContext, courtside: Courtside) -> dg.SensorResult | dg.SkipReason:
    """Report what was processed without Dagster's back-fills as materialised, oldest date first, each date once."""
    with courtside.reading() as opened:
        events = [*unreported_payloads(opened, context.instance), *unreported(opened, context.instance)]
    if not events:
        return dg.SkipReason("every processed date is reported")
    now = events[:MOST_REPORTED]
    return dg.SensorResult(asset_events=now, skip_reason=f"reported {len(now):,} of {len(events):,} processed dates")


def unreported_payloads(context: Context, instance: dg.DagsterInstance) -> list[dg.AssetMaterialization]:
    """Return one materialisation of `payloads` where payloads were ingested and Dagster has ingested none itself."""
    ingested = context.warehouse.collect(context.warehouse.scan(PAYLOAD_LOG).select("seq", "rows_new"))
    if ingested.is_empty() or instance.get_latest_materialization_event(dg.AssetKey("payloads")):
        return []
    metadata = {"payloads": ingested.height, "rows": int(ingested["rows_new"].sum())}
    return [dg.AssetMaterialization("payloads", description=ELSEWHERE, metadata=metadata)]


def unreported(context: Context, instance: dg.DagsterInstance) -> list[dg.AssetMaterialization]:
    """Return a materialisation of each processed date and stage that Dagster has none of; failed dates stay missing."""
    known = {name: instance.get_materialized_partitions(dg.AssetKey(name)) for name in STAGE_NAMES}
    cells = context.warehouse.collect(context.warehouse.scan(GRID).filter(nw.col("state") != "failed")).to_dicts()
    missing = [cell for cell in cells if cell["stage"] in known and str(cell["game_date"]) not in known[cell["stage"]]]
    missing.sort(key=lambda cell: (cell["game_date"], STAGE_NAMES.index(cell["stage"])))
    return [
        dg.AssetMaterialization(
            cell["stage"],
            partition=str(cell["game_date"]),
            description=ELSEWHERE,
            metadata={
                "state": cell["state"],
                "reason": cell["reason"] or "",
                "rows": cell["rows"],
                "processed at": dg.MetadataValue.timestamp(cell["updated_at"].replace(tzinfo=dt.UTC)),
                "more": f"courtside runs {cell['run_id']}",
            },
        )
        for cell in missing
    ]


@dg.run_failure_sensor(default_status=SENSED)
def failed_runs(context: dg.RunFailureSensorContext, courtside: Courtside) -> None:
    """Send an alert about a failed Dagster run; failures inside a stage have alerts of their own."""
    run = context.dagster_run
    text = f"{run.job_name} {run.run_id}: {context.failure_event.message}"
    courtside.alerts().send(Alert(f"dagster.{run.job_name}", Severity.ERROR, f"{run.job_name} failed", text))


SCHEDULES = [lines_every_two_hours, morning_run, pre_tip_refresh, post_game_grading]
SENSORS = [new_lines, all_finals_in, failed_runs]
"""Sensors that are off until automation is on."""
