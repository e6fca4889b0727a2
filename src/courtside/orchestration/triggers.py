"""Triggers of Dagster runs: schedules by Eastern time on days with games, and sensors for new lines and final games.

One more sensor starts nothing: it reports to Dagster what the command line and the job `daily` have processed. All of
them read the last commit of the warehouse, so none waits for a run that is writing.
"""

import datetime as dt
import os
from collections.abc import Iterator

import dagster as dg

from courtside.alerts import Alert, Severity
from courtside.operations.schedule import Slate, final_dates, newest_line, slate_of
from courtside.orchestration.installation import Courtside
from courtside.orchestration.jobs import daily, grades, lines_now, stages
from courtside.orchestration.reports import unreported
from courtside.sources.pending import Pending
from courtside.sources.store import PayloadStore

EASTERN = "America/New_York"
PRE_TIP = dt.timedelta(hours=2)
AUTOMATION = "COURTSIDE_AUTOMATION"
"""With the value `on`, schedules and sensors run from the start; otherwise each is off until it is turned on."""

IS_ON = os.environ.get(AUTOMATION, "").lower() == "on"
SCHEDULED = dg.DefaultScheduleStatus.RUNNING if IS_ON else dg.DefaultScheduleStatus.STOPPED
SENSED = dg.DefaultSensorStatus.RUNNING if IS_ON else dg.DefaultSensorStatus.STOPPED

MOST_REPORTED = 2000
"""Most partitions that one tick reports: about 20 s of work for Dagster's own database."""


def now_and_slate(courtside: Courtside) -> tuple[dt.datetime, Slate | None]:
    """Return the time and today's slate."""
    with courtside.reading() as context:
        return context.clock.now(), slate_of(context, context.clock.today())


@dg.schedule(job=lines_now, cron_schedule="0 9-23/2 * * *", execution_timezone=EASTERN, default_status=SCHEDULED)
def lines_every_two_hours(courtside: Courtside) -> dg.RunRequest | dg.SkipReason:
    """Fetch lines every two hours on a day with games, until the last tip-off."""
    now, slate = now_and_slate(courtside)
    if slate is None:
        return dg.SkipReason("no games today")
    if now > slate.last_tip:
        return dg.SkipReason("every game of today has tipped off")
    return dg.RunRequest()


@dg.schedule(job=daily, cron_schedule="0 9 * * *", execution_timezone=EASTERN, default_status=SCHEDULED)
def morning_run() -> dg.RunRequest:
    """Run the day at nine: yesterday's results, today's picks, the season file."""
    return dg.RunRequest()


@dg.schedule(job=daily, cron_schedule="*/30 11-23 * * *", execution_timezone=EASTERN, default_status=SCHEDULED)
def pre_tip_refresh(courtside: Courtside) -> dg.RunRequest | dg.SkipReason:
    """Run the day every half hour, from two hours before the first tip-off until the last tip-off."""
    now, slate = now_and_slate(courtside)
    if slate and slate.first_tip - PRE_TIP <= now <= slate.last_tip:
        return dg.RunRequest()
    return dg.SkipReason("no tip-off within two hours")


@dg.schedule(job=daily, cron_schedule="30 0,1,2,6 * * *", execution_timezone=EASTERN, default_status=SCHEDULED)
def post_game_grading() -> dg.RunRequest:
    """Run the day after the games, to grade final games."""
    return dg.RunRequest()


@dg.sensor(job=stages, minimum_interval_seconds=120, default_status=SENSED)
def new_lines(context: dg.SensorEvaluationContext, courtside: Courtside) -> dg.RunRequest | dg.SkipReason:
    """Process today's partition when new lines were stored, or payloads wait, since the last tick."""
    waiting = [item.note.name for item in Pending(PayloadStore(courtside.settings().raw_folder)).waiting()]
    with courtside.reading() as opened:
        today, newest = opened.clock.today(), newest_line(opened)
    seen = f"{newest} {waiting[-1] if waiting else ''}".strip()
    if seen in ("None", context.cursor):
        return dg.SkipReason("no new lines")
    context.update_cursor(seen)
    return dg.RunRequest(run_key=f"{today} {seen}", partition_key=str(today))


@dg.sensor(job=grades, minimum_interval_seconds=300, default_status=SENSED)
def all_finals_in(context: dg.SensorEvaluationContext, courtside: Courtside) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Grade yesterday or today as soon as the final box scores of all its games are stored."""
    with courtside.reading() as opened:
        ready = [str(day) for day in final_dates(opened)]
    known = set(context.cursor.split(",")) if context.cursor else set()
    fresh = [day for day in ready if day not in known]
    if not fresh:
        yield dg.SkipReason("no more games are final than at the last tick")
        return
    context.update_cursor(",".join(ready))
    for day in fresh:
        yield dg.RunRequest(run_key=f"final {day}", partition_key=day)


@dg.run_failure_sensor(default_status=SENSED)
def failed_runs(context: dg.RunFailureSensorContext, courtside: Courtside) -> None:
    """Send an alert about a failed Dagster run; failures inside a stage have alerts of their own."""
    run = context.dagster_run
    text = f"{run.job_name} {run.run_id}: {context.failure_event.message}"
    courtside.alerts().send(Alert(f"dagster.{run.job_name}", Severity.ERROR, f"{run.job_name} failed", text))


@dg.sensor(minimum_interval_seconds=120, default_status=dg.DefaultSensorStatus.RUNNING)
def processed_dates(context: dg.SensorEvaluationContext, courtside: Courtside) -> dg.SensorResult | dg.SkipReason:
    """Report what was processed without Dagster's back-fills as materialised, oldest date first, each date once."""
    with courtside.reading() as opened:
        events = unreported(opened, context.instance)
    if not events:
        return dg.SkipReason("every processed date is reported")
    reported = events[:MOST_REPORTED]
    return dg.SensorResult(
        asset_events=reported, skip_reason=f"reported {len(reported):,} of {len(events):,} processed dates"
    )


SCHEDULES = [lines_every_two_hours, morning_run, pre_tip_refresh, post_game_grading]
SENSORS = [new_lines, all_finals_in, failed_runs]
"""Sensors that are off until automation is on."""
