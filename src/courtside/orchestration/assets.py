"""The stages as Dagster assets: a partition is an Eastern date, a back-fill is one run, and each asset has checks."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import dagster as dg
import narwhals as nw

from courtside.alerts import Notifier, alert_crash, notifier
from courtside.clock import GameType
from courtside.config import Settings, load_settings
from courtside.errors import WarehouseBusyError
from courtside.logs import hide_secrets
from courtside.operations.day import DayReport, run_day
from courtside.operations.intake import FINE, Step, fetch, games_on, ingest_waiting
from courtside.operations.plans import Plan, every_plan, odds_plan
from courtside.operations.status import first_date
from courtside.pipeline.context import Context, checked
from courtside.pipeline.resume import upstream
from courtside.pipeline.run_log import Cell, RunLog
from courtside.pipeline.runner import WRITERS, run
from courtside.pipeline.stage import Stage
from courtside.pipeline.stages import STAGES
from courtside.pipeline.tables import ALL_TABLES
from courtside.publishing.stores import target_of
from courtside.quality.tables import GATE_VERDICTS
from courtside.raw.tables import RAW_TABLES
from courtside.sources import nba
from courtside.sources.http import Client
from courtside.sources.odds import DailyBudget
from courtside.sources.pending import Pending
from courtside.sources.store import PayloadStore
from courtside.warehouse.open import open_warehouse

GROUP = "courtside"
"""Group of all assets, so that the global lineage shows them as one graph."""

FIRST_DATE = dt.date(2021, 10, 19)
"""First partition of an installation that has no games yet."""

FRESH = dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(hours=30), warn_window=dt.timedelta(hours=26))

POOL = "warehouse"
"""Concurrency pool for assets that write. Limit it to 1 so that two writers never block each other."""

BUSY = {"max_retries": 5, "seconds_to_wait": 60}
"""Retries of a step while another writer, such as the command line, holds the warehouse."""


class Courtside(dg.ConfigurableResource):
    """An installation: its warehouse, its public files, its alerts and its clock.

    Empty fields come from the environment and `courtside.toml`, as for the command line. `now` fixes the clock for a
    demonstration or a test.
    """

    home: str = ""
    warehouse: str = ""
    publish: str = ""
    now: str = ""

    def settings(self) -> Settings:
        """Return the settings; the resource's fields take precedence over all other places."""
        now = dt.datetime.fromisoformat(self.now) if self.now else None
        return checked(
            load_settings(
                home=self.home or None, warehouse=self.warehouse or None, publish=self.publish or None, now=now
            )
        )

    @contextmanager
    def opened(self) -> Iterator[Context]:
        """Open the warehouse for one step, with a run log of its own."""
        settings = self.settings()
        with open_warehouse(settings) as warehouse:
            warehouse.prepare(ALL_TABLES)
            yield Context(settings, warehouse, RunLog(warehouse, settings.clock, home=settings.home), settings.clock)

    @contextmanager
    def reading(self) -> Iterator[Context]:
        """Open the warehouse to read its last commit; this never waits for a writer and creates nothing."""
        settings = self.settings()
        with open_warehouse(settings, read_only=True) as warehouse:
            warehouse.prepare(ALL_TABLES)
            yield Context(settings, warehouse, RunLog(warehouse, settings.clock), settings.clock)

    @contextmanager
    def working(self) -> Iterator[Context]:
        """Open the warehouse for a step; retry it while another process writes, and send an alert where it crashes."""
        try:
            with self.opened() as context:
                yield context
        except WarehouseBusyError as error:
            raise dg.RetryRequested(**BUSY) from error
        except Exception as error:
            alert_crash(self.settings(), "a step of Dagster", f"{type(error).__name__}: {hide_secrets(str(error))}")
            raise

    def alerts(self) -> Notifier:
        """Return the notifier of the installation."""
        settings = self.settings()
        return notifier(settings, settings.clock)

    def fetch(self, plans: Sequence[Plan]) -> list[Step]:
        """Fetch from live sources and store the payloads; the warehouse is not open meanwhile."""
        nba.require_installed()
        settings = self.settings()
        budget = DailyBudget(settings.home / "odds_budget.json", settings.odds_budget_per_day, settings.clock)
        client, pending = Client(settings.clock, quota=budget), Pending(PayloadStore(settings.raw_folder))
        return [step for plan in plans for step in fetch(plan, client, pending)]

    def every_plan(self) -> list[Plan]:
        """Return the plans of a day for every source, lines first."""

        def games(day: dt.date) -> Sequence[tuple[str, GameType]]:
            with self.opened() as context:
                return games_on(context, day)

        return every_plan(self.settings().clock, games, self.settings().markets)


@dg.asset(group_name=GROUP, pool=POOL, description="Ingest the payloads that were fetched and wait, as typed raw rows.")
def payloads(courtside: Courtside) -> dg.MaterializeResult:
    """Ingest the waiting payloads."""
    with courtside.working() as context:
        reports = ingest_waiting(context)
    refused = [report for report in reports if report.status == "refused"]
    return dg.MaterializeResult(
        metadata={
            "payloads": len(reports),
            "rows": sum(report.rows_new for report in reports),
            "refused": "\n".join(f"{report.name}: {report.reason}" for report in refused),
        }
    )


def partitions_of(courtside: Courtside) -> dg.DailyPartitionsDefinition:
    """Return the Eastern dates of an installation: from its first game or processed date to today on its clock."""
    with courtside.reading() as context:
        first = first_date(context.warehouse) or FIRST_DATE
        end = str(context.clock.today() + dt.timedelta(days=1)) if context.settings.now else None
    return dg.DailyPartitionsDefinition(str(first), end_date=end, timezone="America/New_York", end_offset=1)


def dependencies(stage: Stage) -> list[str]:
    """Return the assets that a stage reads from: other stages, and the payloads where it reads raw tables."""
    is_raw = any(read.table in RAW_TABLES for read in stage.reads)
    return [*(["payloads"] if is_raw else []), *upstream(stage, WRITERS)]


def stage_asset(
    stage: Stage, days: dg.DailyPartitionsDefinition, freshness: dg.FreshnessPolicy | None = FRESH
) -> dg.AssetsDefinition:
    """Return a stage as an asset of daily partitions; it processes the same cells as `courtside run` does."""
    name = stage.name

    @dg.asset(
        name=name,
        group_name=GROUP,
        deps=dependencies(stage),
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        freshness_policy=freshness,
        pool=POOL,
        check_specs=[
            dg.AssetCheckSpec(check, asset=name, blocking=check == "no_date_failed", description=text)
            for check, text in checks_of(name).items()
        ],
        description=stage.sentence,
    )
    def process(context: dg.AssetExecutionContext, courtside: Courtside) -> dg.MaterializeResult:
        start, end = (dt.date.fromisoformat(key) for key in context.partition_key_range)
        with courtside.working() as opened:
            summary = run(opened, start, end, stages=(stage,))
            cells = {day: cell for day, cell in opened.run_log.cells(name).items() if start <= day <= end}
            results = [_checked(name, check, cells, opened, start, end) for check in checks_of(name)]
        result = summary.stages[0]
        return dg.MaterializeResult(
            metadata={
                "run": summary.run_id,
                "rows": sum(cell.rows for cell in cells.values()),
                "dates processed": result.processed,
                "dates unchanged": result.skipped,
                "seconds": round(result.seconds, 2),
                "more": dg.MetadataValue.text(f"courtside runs {summary.run_id}"),
                "published to": dg.MetadataValue.path(target_of(opened.settings)),
            },
            check_results=results,
        )

    return process


def checks_of(stage: str) -> dict[str, str]:
    """Return the checks of a stage's asset: a failed date blocks later assets, held dates and unready slates warn."""
    checks = {
        "no_date_failed": "No date of the range failed. Where one did, downstream assets are not run.",
        "no_date_held": "No check holds back a date of the range.",
    }
    if stage == "features":
        checks["slates_are_ready"] = "The readiness gate passes every slate of the range."
    return checks


def _checked(
    stage: str, name: str, cells: dict[dt.date, Cell], context: Context, start: dt.date, end: dt.date
) -> dg.AssetCheckResult:
    if name == "slates_are_ready":
        bad = unready(context, start, end)
    else:
        state = name.removeprefix("no_date_")
        bad = {str(day): cell.reason or "" for day, cell in sorted(cells.items()) if cell.state == state}
    severity = dg.AssetCheckSeverity.ERROR if name == "no_date_failed" else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(passed=not bad, asset_key=stage, check_name=name, severity=severity, metadata=bad)


def unready(context: Context, start: dt.date, end: dt.date) -> dict[str, str]:
    """Return the slates that the readiness gate does not call ready, each with its reason."""
    rows = context.warehouse.collect(
        context.warehouse.scan(GATE_VERDICTS, start=start, end=end).filter(nw.col("verdict") != "ready")
    )
    return {str(row["game_date"]): str(row["reason"]) for row in rows.sort("game_date").to_dicts()}


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


def assets_of(courtside: Courtside) -> list[dg.AssetsDefinition]:
    """Return every asset of an installation in the order of the flow; with a fixed clock its data do not age."""
    days, freshness = partitions_of(courtside), None if courtside.settings().now else FRESH
    return [payloads, *(stage_asset(stage, days, freshness) for stage in STAGES)]
