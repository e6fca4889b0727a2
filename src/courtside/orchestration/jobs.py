"""The jobs: the daily run with all or only the lines' sources, and the stages for a range of dates."""

from collections.abc import Sequence

import dagster as dg

from courtside.operations.day import DayReport, run_day
from courtside.operations.intake import FINE, Step
from courtside.operations.plans import odds_plan
from courtside.orchestration.installation import POOL, Courtside

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


def report_metadata(report: DayReport, steps: Sequence[Step]) -> dict[str, str | int]:
    """Return the result of a daily run, as metadata of its Dagster run."""
    bad = [step for step in steps if step.status not in FINE]
    return {
        "run": report.summary.run_id,
        "payloads": len(report.ingested),
        "gaps": "\n".join(map(str, report.gaps)),
        "waiting": "\n".join(map(str, report.waits)),
        "late": "\n".join(map(str, report.lates)),
        "sources": "\n".join(f"{step.source} {step.name}: {step.status}: {step.reason}" for step in bad),
    }


@dg.op(description="Fetch from every live source, lines first. Payloads are stored before they are parsed.")
def fetch_sources(courtside: Courtside) -> list[Step]:
    """Fetch from every source of the day."""
    return courtside.fetch(courtside.every_plan())


@dg.op(
    pool=POOL,
    description="The work of `courtside daily`: ingest payloads, find gaps, process every stage, and send alerts.",
)
def run_daily(context: dg.OpExecutionContext, courtside: Courtside, steps: list[Step]) -> None:
    """Run the day; where a stage is late, fail the Dagster run after everything else is done."""
    with courtside.working() as opened:
        report = run_day(opened, opened.clock.today(), steps=steps)
    context.add_output_metadata(report_metadata(report, steps))
    if report.lates:
        raise dg.Failure("late: " + "; ".join(map(str, report.lates[:5])))


@dg.op(description="Fetch today's lines from The Odds API. They cannot be fetched after tip-off.")
def fetch_lines(courtside: Courtside) -> list[Step]:
    """Fetch today's lines."""
    return courtside.fetch([odds_plan(courtside.settings().clock.today(), courtside.settings().markets)])


@dg.job(executor_def=dg.in_process_executor)
def daily() -> None:
    """Fetch from every source, then ingest, process every stage, and send alerts."""
    run_daily(fetch_sources())


@dg.job(executor_def=dg.in_process_executor)
def lines_now() -> None:
    """Fetch today's lines, then run the day with them."""
    run_daily(fetch_lines())
